import type { Explain } from '../document/issues.ts'
import { type Kind, type Parsed, parse } from '../document/parse.ts'
import { checkHostConfig } from './check/check.ts'
import { type HostConfig, hostConfig, hostVersions } from './config.ts'

const explain: Explain = (fault) => {
  if (fault.path.length === 1 && fault.path[0] === 'version' && fault.code === 'wrong-value')
    return { code: 'unsupported' }
  return undefined
}

const kind: Kind<HostConfig> = {
  schema: hostConfig,
  check: checkHostConfig,
  explain,
  standIns: { version: hostVersions[0] },
}

/** Reads a host config (YAML 1.2 or JSON), one layer of it. `file` is what places name. Every fault at once; never throws. */
export function parseHostConfig(text: string, file: string): Parsed<HostConfig> {
  return parse(kind, text, file)
}
