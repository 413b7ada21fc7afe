import type { ActionRequest, Host, ServerRequest, Session } from '@ecp/host'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import type { Told } from './wiring.ts'

const executor = 'suite'
const session: Session = { id: 'suite', capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} } }

/** Uses everything that the server offers, through the Gate. Gives why that failed, if it did. */
export async function useEverything(
  host: Host,
  { scenario, context }: Told,
  said: readonly string[],
): Promise<string | undefined> {
  const { signal } = new AbortController()
  await host.observe(executor)
  if (said.length > 0) return said.join('\n')
  const requests: Pick<ActionRequest, 'kind' | 'target' | 'arguments'>[] = wantedCalls(context)
  if (requests.length === 0) {
    for (const { target, definition } of host.tools(executor)) {
      requests.push({ kind: 'tool.call', target, arguments: argumentsFor(scenario, host, definition.inputSchema) })
    }
  }
  for (const { item } of await host.offered(executor, 'resources', { signal, session })) {
    requests.push({ kind: 'resource.read', target: `suite:${String(item.uri)}`, arguments: {} })
  }
  for (const { item } of await host.offered(executor, 'prompts', { signal, session })) {
    requests.push({ kind: 'prompt.get', target: `suite:${String(item.name)}`, arguments: {} })
  }
  for (const request of requests) {
    const answer = await host.gate.perform({ ...request, executor, origin: 'gateway' }, { session, ask: accepting })
    const { code, message = '' } = answer.outcome.error ?? {}
    if (answer.outcome.status !== 'completed') console.error(`${request.target}: ${code}: ${message}`)
    if (isLoginNeeded(message)) return message
  }
  return undefined
}

export const isLoginNeeded = (text: string): boolean => text.includes('ecp login')

/** What the suite wants called with what, if it does. */
function wantedCalls({ toolCalls }: JsonObject) {
  if (!Array.isArray(toolCalls)) return []
  return toolCalls.filter(isJsonObject).map(({ name, arguments: args }) => ({
    kind: 'tool.call' as const,
    target: `suite:${String(name)}`,
    arguments: isJsonObject(args) ? args : {},
  }))
}

/** Arguments that fit; where the suite wants to see a schema as it was understood, that one. */
function argumentsFor(scenario: string, host: Host, schema: Json | undefined): JsonObject {
  const { properties, required } = isJsonObject(schema) ? schema : {}
  const names = Array.isArray(required) ? required.map(String) : []
  const echoed = scenario === 'json-schema-2020-12-preservation' && names.includes('schema')
  if (echoed)
    return {
      schema: host.tools(executor).find(({ target }) => target.endsWith('2020_12_tool'))?.definition.inputSchema ?? {},
    }
  const known = isJsonObject(properties) ? properties : {}
  return Object.fromEntries(names.map((name) => [name, valueFor(known[name])]))
}

function valueFor(schema: Json | undefined): Json {
  const { type } = isJsonObject(schema) ? schema : {}
  switch (type) {
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return true
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return type === 'null' ? null : 'text'
  }
}

/** The client in front of the Gate: accepts, with what stands there as a default. */
async function accepting({ method, params }: ServerRequest): Promise<JsonObject> {
  if (method === 'roots/list') return { roots: [] }
  if (method !== 'elicitation/create')
    return { role: 'assistant', content: { type: 'text', text: 'yes' }, model: 'none' }
  const { properties } = isJsonObject(params.requestedSchema) ? params.requestedSchema : {}
  const content = Object.entries(isJsonObject(properties) ? properties : {}).map(([name, schema]) => {
    const given = isJsonObject(schema) ? schema.default : undefined
    return [name, given ?? valueFor(schema)] as const
  })
  return { action: 'accept', content: Object.fromEntries(content) }
}
