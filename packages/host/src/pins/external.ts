import { isJsonObject, type PinnedTool, type ServerWiring } from '@ecp/protocol'
import type { ServerLogEntry } from '../servers/stdio-server.ts'
import { readDefinition } from './definition.ts'
import type { ServerPins } from './server-pins.ts'

/**
 * The tools of an external server: exactly those that its wiring names, as it defines them. Nobody can be asked what they
 * are, so no lock and no first use pins them; a tool whose definition cannot be pinned is reported and stays unknown.
 */
export function externalPins(
  server: string,
  { tools = {} }: ServerWiring,
  log: (entry: ServerLogEntry) => void,
): Pick<ServerPins, 'tools' | 'observe' | 'listed'> {
  const pins = new Map<string, PinnedTool>()
  for (const [name, { description, inputSchema = { type: 'object' } }] of Object.entries(tools)) {
    if (name === '_meta') continue
    const { definition, digest, fault } = readDefinition({
      name,
      ...(description === undefined ? {} : { description }),
      inputSchema: asJson(inputSchema),
    })
    if (definition) pins.set(name, { definition, digest })
    else
      log({ level: 'warn', server, event: 'tools-changed', message: `\`${server}:${name}\` is not pinned: ${fault}` })
  }
  return { tools: pins, observe: () => Promise.resolve(), listed: () => undefined }
}

/** As JSON carries it: documents may be YAML, and hold what JSON does not. */
function asJson(schema: Readonly<Record<string, unknown>>) {
  const value: unknown = JSON.parse(JSON.stringify(schema))
  return isJsonObject(value) ? value : null
}
