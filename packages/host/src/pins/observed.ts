import type { PinnedTool } from '@ecp/protocol'
import type { RawTool } from '../servers/servers.ts'
import { definitionDigest, readDefinition } from './definition.ts'

/** Stands for the digest of a definition that is not there: gone, listed twice, or not to be got at all. */
export const noDefinition = 'none'

/** What a server says its tools are. */
export interface Observation {
  /** Tools that can be pinned. */
  readonly tools: ReadonlyMap<string, PinnedTool>
  /** What stands for each name that is listed, also where it cannot be pinned. */
  readonly digests: ReadonlyMap<string, string>
  /** Tools that cannot be pinned, with the reason. */
  readonly faults: ReadonlyMap<string, string>
}

/** Sorts out a server's list. A name that is listed twice names nothing: which one would be called cannot be known. */
export function observation(listed: readonly RawTool[]): Observation {
  const tools = new Map<string, PinnedTool>()
  const digests = new Map<string, string>()
  const faults = new Map<string, string>()
  for (const tool of listed) {
    if (digests.has(tool.name)) {
      tools.delete(tool.name)
      digests.set(tool.name, noDefinition)
      faults.set(tool.name, 'it is listed twice')
      continue
    }
    const read = readDefinition(tool)
    if (read.fault === undefined) tools.set(tool.name, read)
    else faults.set(tool.name, read.fault)
    digests.set(tool.name, read.fault === undefined ? read.digest : digestOrNone(tool))
  }
  return { tools, digests, faults }
}

function digestOrNone(tool: RawTool): string {
  try {
    return definitionDigest(tool)
  } catch {
    return noDefinition
  }
}
