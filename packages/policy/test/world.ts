import {
  type Action,
  type Catalogue,
  type CounterQuery,
  type Counters,
  canonical,
  type Decision,
  type Document,
  type Draw,
  type JsonObject,
  parseContext,
  parseHostConfig,
  type ToolDefinition,
} from '@ecp/protocol'
import { compile, counters, decide, draws, type HostLayer, load, type Policy } from '../src/index.ts'

/** For tests: documents as text, brought to a policy. A document with faults throws them. */
export function policyOf(
  context: string,
  host: Partial<Record<HostLayer['layer'], string>>,
  inputs: JsonObject = {},
): Policy {
  const parsed = parseContext(context, 'context.yaml')
  if (parsed.document === undefined) throw new SyntaxError(JSON.stringify(parsed.diagnostics, null, 2))
  return load(compile({ context: parsed.document, host: hostLayers(host), inputs }), 'policy-digest')
}

function hostLayers(host: Partial<Record<HostLayer['layer'], string>>): HostLayer[] {
  return (['machine', 'user', 'project'] as const).flatMap((layer) => {
    const text = host[layer]
    if (text === undefined) return []
    const { document, diagnostics } = parseHostConfig(text, `${layer}.yaml`)
    if (document === undefined) throw new SyntaxError(JSON.stringify(diagnostics, null, 2))
    return [{ layer, document }]
  })
}

/** A catalogue of these tools; a tool is given by its annotations, or by parts of its definition. */
export function catalogueOf(tools: Readonly<Record<string, Partial<ToolDefinition>>>): Catalogue {
  return {
    tools: Object.fromEntries(
      Object.entries(tools).map(([target, given]) => {
        const name = target.slice(target.indexOf(':') + 1)
        return [
          target,
          { definition: { inputSchema: { type: 'object' }, ...given, name }, digest: `digest of ${target}` },
        ]
      }),
    ),
  }
}

export const reads: Partial<ToolDefinition> = { annotations: { readOnlyHint: true } }

/** An action that is as small as one can be. */
export function actionOf(given: Partial<Action> = {}): Action {
  const args = given.arguments ?? {}
  return {
    id: '01890000-0000-7000-8000-000000000000',
    key: 'main/0',
    kind: 'tool.call',
    target: 'files:read',
    arguments: args,
    size: canonical(args).length,
    digest: 'action-digest',
    attempt: 1,
    origin: 'model',
    run: 'run-1',
    executor: 'main',
    principal: 'somebody',
    context: { name: 'test', version: '1.0.0', digest: 'context-digest' },
    at: 1_800_000_000_000,
    ...given,
  }
}

/** Decides with every counter that is asked for at 0, but for those given. */
export function decided(policy: Policy, catalogue: Catalogue, action: Action, given: Counters = {}): Decision {
  const values = Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, 0]))
  return decide(policy, catalogue, { ...values, ...given }, action)
}

/** `effect code code ...`: what a table of cases compares. */
export const summary = (decision: Decision): string =>
  [decision.effect, ...decision.reasons.map(({ code }) => code)].join(' ')

/** A Context with one executor `main` and these policies (YAML, indented by two). */
export const contextWith = (policies: string, more = ''): string => `
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: test, version: 1.0.0 }
orchestration: { entrypoint: main, strategy: single }
executors:
  - name: main
    type: agent
    policies:
${policies.replace(/^/gm, '      ')}
${more}`

/** A host config with the servers files, web and bank, and this security (YAML, not indented). */
export const hostWith = (security: string, servers = ['files', 'web', 'bank']): string => `
version: "0.5"
tools:
  servers:
${servers.map((name) => `    ${name}: { transport: { type: stdio, command: ${name} } }`).join('\n')}
security:
${security.trim().replace(/^/gm, '  ')}
`

/** Adds up draws as a ledger would: decides one action after another, each with what those before it took. */
export class Tally {
  readonly #draws: { readonly at: number; readonly draw: Draw }[] = []
  readonly policy: Policy
  readonly catalogue: Catalogue
  constructor(policy: Policy, catalogue: Catalogue) {
    this.policy = policy
    this.catalogue = catalogue
  }
  counters(action: Action): Counters {
    return Object.fromEntries(
      counters(this.policy, this.catalogue, action).map((query) => [query.name, this.#read(query, action.at)]),
    )
  }
  decide(given: Partial<Action>): Decision {
    const action = actionOf(given)
    const decision = decide(this.policy, this.catalogue, this.counters(action), action)
    for (const draw of draws(this.policy, this.catalogue, action, decision)) this.#draws.push({ at: action.at, draw })
    return decision
  }
  /** Puts an amount into a bucket, as what happens beside decisions does. */
  put(bucket: string, amount: number, at = 0): void {
    this.#draws.push({ at, draw: { kind: 'count', bucket, amount } })
  }
  #read({ bucket, kind, windowMs }: CounterQuery, now: number): number {
    const from = windowMs === undefined ? Number.NEGATIVE_INFINITY : now - windowMs
    return this.#draws
      .filter(({ at, draw }) => draw.bucket === bucket && at > from && (kind === 'busy') === (draw.kind === 'busy'))
      .reduce((sum, { draw }) => sum + draw.amount, 0)
  }
}

/** A document of this value, as if it had been read: for tests that make values and not texts. */
export function documentOf<T>(file: string, value: T): Document<T> {
  const at = (path: readonly (string | number)[]) => ({
    file,
    line: path.length + 1,
    column: 1,
    endLine: 1,
    endColumn: 2,
  })
  return { file, value, at, keyAt: at, partAt: at }
}
