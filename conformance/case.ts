import { type ActionKind, actionKinds, codes, layers, origins, outcomeStatuses } from '@ecp/protocol'
import { z } from 'zod'

/**
 * The faces that a case can run on: `decide` is the policy alone; `mcp` is `ecp mcp`, and `ecp serve` too, with a real client
 * and server; `api` is `ecp serve` with a program that asks and performs itself.
 */
export const faces = ['decide', 'mcp', 'api'] as const
/** `run` is a run of the Context: every case of a kind that runs have steps of, except where it says why not. */
export type Face = (typeof faces)[number] | 'run'

/** Kinds of actions that are steps of a run. */
export const stepKinds: readonly ActionKind[] = [
  'tool.call',
  'model.generate',
  'agent.delegate',
  'memory.read',
  'memory.write',
  'human.ask',
]

/** Why a case of such a kind cannot come from a run. */
export const notRunReasons = {
  authorized: 'another program performs it, and a run performs its steps itself',
  clock: 'it is decided at a time of its own, and a run at the real one',
  counters: 'it says what the ledger gives for a counter, and in a run that is what was used',
  here: 'a run asks people and delegates for its own executors alone, and to give work to those that run here is no action',
  memoryless: 'its executor has no memory, and so no tool to reach one with',
  peer: 'it takes an agent elsewhere, which packages/runtime/test has a real one of',
  people: 'people have answered before anybody asked; answers in runs are tested with real approvers',
  principal: 'it names whose agent it is, and a run is of whoever starts it',
  state: 'it is decided in a state of the run that this action alone does not bring about',
  nobody: 'the executor is none of the Context, and only those run',
  refused: 'the host refuses such documents before anything starts',
  stopped: 'what stops the action stops the model before it, so that nobody asks for it',
  waits: 'a held call comes before it, and there a run waits for the answer',
  turn: 'it says what a model turn is made of, and in a run the runtime writes that',
  modelless: 'the host lets no model be used, and a run asks its model first',
} as const

const recorded = [
  'action.decided',
  'action.intended',
  'proposal.made',
  ...outcomeStatuses.map((status) => `action.finished: ${status}` as const),
] as const

const free = z.record(z.string(), z.unknown())
const effects = ['allow', 'deny', 'hold', 'propose'] as const
const codeNames = Object.keys(codes) as (keyof typeof codes)[] // reason: Object.keys forgets the names

const tool = z.strictObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: free,
  outputSchema: free.optional(),
  annotations: free.optional(),
})
/** Tools by server. */
export const toolsByServer = z.record(z.string(), z.array(tool))
export type ToolsByServer = z.infer<typeof toolsByServer>

const targeted = {
  target: z.string().describe('server:tool; provider/model; executor; store; server:uri; server:prompt; plugin id'),
  arguments: z
    .unknown()
    .describe('JSON. {repeat: x, times: n} stands for the text or list x written n times, so that cases stay small'),
  executor: z.string().optional().describe('Default: agent'),
}

const action = z.strictObject({
  ...targeted,
  kind: z.enum(actionKinds).optional().describe('Default: tool.call'),
  enforcement: z
    .enum(['performed', 'authorized'])
    .optional()
    .describe('Who is to do it: ECP (the default) or the program that asks'),
  origin: z.enum(origins).optional().describe('Default: gateway'),
  principal: z.string().optional().describe('Default: ada; behind MCP the user of the operating system'),
  at: z.iso.datetime().optional().describe('Default: 2026-11-22T12:00:00Z; behind MCP the real time'),
})

const layer = free.describe('A host configuration; `extends` names one of fixtures/hosts.yaml that it is merged over')

const shared = {
  faces: z.array(z.enum(faces)).min(1).optional(),
  policies: free.optional().describe('The policies of executor `agent`, the only one of fixture `agent`'),
  context: z
    .strictObject({ fixture: z.string(), with: free.optional() })
    .optional()
    .describe('In place of `policies`: a manifest of fixtures/contexts.yaml, and what is merged over it'),
  inputs: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('Inputs of the run: written into the manifest as their defaults, declared where they are not'),
  host: z
    .strictObject({ machine: layer.optional(), user: layer.optional(), project: layer.optional() })
    .optional()
    .describe('Default: {user: {extends: usual}}'),
  notRun: z
    .enum(Object.keys(notRunReasons) as [keyof typeof notRunReasons]) // reason: Object.keys forgets the names
    .optional()
    .describe(
      `Why it cannot come from a run: ${Object.entries(notRunReasons)
        .map((one) => one.join(': '))
        .join('; ')}`,
    ),
}

const expectation = z.strictObject({
  effect: z.enum(effects),
  acts: z.enum(['read', 'write', 'neither']),
  codes: z.array(z.enum(codeNames)).describe('The codes of all reasons, sorted, each once'),
  because: z
    .array(z.strictObject({ code: z.enum(codeNames), layer: z.enum(layers).optional(), line: z.string().optional() }))
    .optional()
    .describe('Reasons that must be among them; `line` is text that stands where the rule is'),
  approval: z
    .union([
      z.literal('none'),
      z.strictObject({
        expiresAfter: z.string().optional(),
        approvers: z.array(z.string()).optional(),
        quorum: z.number().int().optional(),
      }),
    ])
    .optional()
    .describe('The terms under which a person may lift it; what is not named here is not compared'),
  records: z
    .array(z.enum(recorded))
    .optional()
    .describe('What the ledger holds of the action; default: what the effect says (records.ts)'),
})

const grantAnswer = z
  .strictObject({
    kind: z.literal('grant'),
    id: z.string(),
    used: z.number().optional().describe('How often it was used before; default: 0'),
    terms: z.strictObject({
      condition: z.string(),
      uses: z.number(),
      target: z.string().optional(),
      executor: z.string().optional(),
      principal: z.string().optional(),
      run: z.string().optional(),
      policyDigest: z.string().optional(),
      sinceMs: z.number().optional().describe('How long before the action it begins; default: 1000'),
      forMs: z.number().optional().describe('How long after the action it ends; default: 1000'),
    }),
  })
  .describe('A grant; what its terms do not say is as in the action and its policy')

const oneCase = z.strictObject({
  id: z.string().regex(/^[a-z-]+\/[a-z0-9-]+$/),
  title: z.string(),
  ...shared,
  tools: toolsByServer.optional().describe('In place of the fixtures’ tools of the servers named here'),
  changed: z.array(z.string()).optional().describe('Tools whose server now defines them otherwise than was pinned'),
  frozen: z.literal(true).optional().describe('The operator has used the stop switch'),
  before: z
    .array(z.strictObject({ ...targeted, effect: z.enum(effects).optional().describe('Default: allow') }))
    .optional()
    .describe('Calls that come before the action; behind MCP they are made'),
  counters: z
    .union([z.literal('none'), z.record(z.string(), z.union([z.number(), z.string()]))])
    .optional()
    .describe('What the ledger gives for the counters that policy asks for; 0 where not named'),
  answers: z
    .array(
      z.union([
        z.strictObject({ kind: z.enum(['approval', 'proposal', 'answer', 'refusal']), id: z.string() }),
        grantAnswer,
      ]),
    )
    .optional()
    .describe('What people have said of the action'),
  action,
  expect: expectation,
})

/** One file of cases. What stands at its top holds for all of its cases that do not say otherwise. */
export const caseFile = z
  .strictObject({ area: z.string(), about: z.string().optional(), ...shared, cases: z.array(oneCase).min(1) })
  .meta({ title: 'Conformance cases of ECP: an action in a situation, and what must be decided and recorded' })

/** A case with what its file says for all of its cases. */
export type Case = Omit<z.infer<typeof oneCase>, 'faces'> & { readonly faces: readonly Face[]; readonly area: string }
