import { compile, counters, decide, load } from '@ecp/policy'
import {
  type Action,
  type Catalogue,
  type Document,
  type JsonObject,
  type Parsed,
  parseContext,
  parseHostConfig,
} from '@ecp/protocol'
import { type Engine, executor, type PolicyShape, type Question } from './engine.ts'

/** `decide` with all that it looks at for a tool call: host and Context, pins, input schema, condition, budgets, effect. */
export const ecp: Engine = {
  load(shape, asked) {
    const policy = load(policyData(shape), '0'.repeat(64))
    const catalogue = catalogueOf(shape)
    const actions = asked.map((question, index) => action(question, index))
    const read = actions.map((action) =>
      Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, 0])),
    )
    return (question) => {
      const asked = actions[question]
      const values = read[question]
      return asked !== undefined && values !== undefined && decide(policy, catalogue, values, asked).effect === 'allow'
    }
  },
}

/** The first decision about a tool: its rules are looked up and its input schema compiled, which is kept for the next one. */
export const ecpFirst: Engine = {
  load(shape, asked) {
    const policy = load(policyData(shape), '0'.repeat(64))
    const known = catalogueOf({ ...shape, tools: [shape.asked] }).tools[shape.asked]
    const actions = asked.map((question, index) => action(question, index))
    const first = actions[0]
    if (!known || !first) throw new Error('nothing is asked')
    const catalogue = (): Catalogue => ({ tools: { [shape.asked]: { ...known } } })
    const read = Object.fromEntries(counters(policy, catalogue(), first).map(({ name }) => [name, 0]))
    return (question) => decide(policy, catalogue(), read, actions[question] ?? first).effect === 'allow'
  },
}

function policyData(shape: PolicyShape) {
  const rules = shape.tools.map((tool) =>
    tool === shape.asked ? `{ tool: "${tool}", when: "args.amount <= ${shape.limit}" }` : `"${tool}"`,
  )
  const context = parseContext(
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: bench, version: 1.0.0 }
orchestration: { entrypoint: ${executor}, strategy: single }
executors:
  - name: ${executor}
    type: agent
    policies:
      toolAccess:
        default: deny
        allow:
${rules.map((rule) => `          - ${rule}`).join('\n')}
      writeControls: { mode: execute-if-allowed }
      budgets: { maxToolCalls: 1000000 }
`,
    'bench.yaml',
  )
  const host = parseHostConfig(
    `version: "0.5"
tools: { servers: { files: { transport: { type: stdio, command: node } } } }
security: { tools: { allowServers: [files] } }
`,
    'ecp.config.yaml',
  )
  return compile({
    context: documentOf(context),
    host: [{ layer: 'project', document: documentOf(host) }],
    inputs: {},
  })
}

function documentOf<T>({ document, diagnostics }: Parsed<T>): Document<T> {
  if (document) return document
  throw new Error(diagnostics.map(({ message }) => message).join('; '))
}

function catalogueOf(shape: PolicyShape): Catalogue {
  const inputSchema: JsonObject = {
    type: 'object',
    properties: { amount: { type: 'number' }, note: { type: 'string' } },
    required: ['amount', 'note'],
    additionalProperties: false,
  }
  const pinned = (tool: string) => {
    const name = tool.slice(tool.indexOf(':') + 1)
    return { definition: { name, inputSchema, annotations: { readOnlyHint: true } }, digest: '1'.repeat(64) }
  }
  return { tools: Object.fromEntries(shape.tools.map((tool) => [tool, pinned(tool)])) }
}

function action({ tool, amount, note }: Question, index: number): Action {
  const digest = index.toString(16).padStart(64, '0')
  const place = { origin: 'gateway', run: 'bench', executor, principal: 'bench', attempt: 1 } as const
  const context = { name: 'bench', version: '1.0.0', digest: '2'.repeat(64) }
  const id = `bench-${index}`
  return {
    id,
    key: id,
    kind: 'tool.call',
    target: tool,
    arguments: { amount, note },
    size: 40,
    digest,
    ...place,
    context,
    at: index,
  }
}
