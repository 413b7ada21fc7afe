import type { Action, Decision, Draw, Outcome, RunStarted } from '@ecp/protocol'
import { type DecideRequest, digestOf, type FinishRequest, type RunRequest, sha256 } from '../src/index.ts'

/** Stands for what a policy compiles from. */
export const policyText = '{"policy":"of the samples"}'
export const catalogueText = '{"tools":{}}'
export const policy = sha256(policyText)
export const catalogue = sha256(catalogueText)

export const start: RunStarted = {
  context: { name: 'sample', version: '1.0.0', digest: sha256('context') },
  executor: 'assistant',
  principal: 'mira',
  client: 'desk',
  strategy: 'single',
  inputs: {},
  policyDigest: policy,
  versions: { ecp: '0.5.0', node: '24' },
}

export function run(id: string, at = 1_000, changes: Partial<RunStarted> = {}): RunRequest {
  return { run: id, at, start: { ...start, ...changes }, blobs: new Map([[policy, policyText]]) }
}

export function action(runId: string, id: string, at: number): Action {
  const called = { kind: 'tool.call', target: 'files:read', arguments: { path: `/tmp/${id}` } } as const
  return {
    ...called,
    id,
    key: id,
    size: 20,
    digest: digestOf(called),
    attempt: 1,
    origin: 'gateway',
    run: runId,
    executor: start.executor,
    principal: start.principal,
    context: start.context,
    at,
  }
}

export function decision(effect: Decision['effect'], acts: Decision['acts'] = 'read'): Decision {
  const codes = {
    allow: 'context.tool-allowed',
    deny: 'budget.tool-calls',
    hold: 'write.needs-approval',
    propose: 'write.proposed',
  } as const
  return { effect, acts, reasons: [{ code: codes[effect], layer: 'context', message: effect }], policyDigest: policy }
}

export interface Sample extends Partial<Omit<DecideRequest, 'run' | 'decide'>> {
  readonly draws?: readonly Draw[]
  readonly effect?: Decision['effect'] | ((counters: Readonly<Record<string, number>>) => Decision['effect'])
  /** A write, with its intent. */
  readonly write?: boolean
}

/** A request that decides as `effect` says, and looks at the draws' buckets unless told otherwise. */
export function asked(runId: string, id: string, sample: Sample = {}): DecideRequest {
  const { at = 2_000, draws = [], effect = 'allow', write = false, queries = [], ...rest } = sample
  return {
    run: runId,
    owner: 'process-1',
    at,
    queries,
    durable: write,
    blobs: new Map([
      [policy, policyText],
      [catalogue, catalogueText],
    ]),
    ...rest,
    decide(counters) {
      const decided = action(runId, id, at)
      const said = typeof effect === 'function' ? effect(counters) : effect
      return {
        decided: {
          action: decided,
          counters,
          decision: decision(said, write ? 'write' : 'read'),
          draws: said === 'allow' ? draws : [],
          policy,
          catalogue,
          enforcement: 'performed',
        },
        ...(write && said === 'allow' && { intended: { action: id, digest: decided.digest } }),
        ...(said === 'propose' && { proposed: { action: id, digest: decided.digest, target: decided.target } }),
      }
    },
  }
}

export const completed: Outcome = { status: 'completed', result: { text: 'done' }, durationMs: 3 }

export function done(runId: string, id: string, changes: Partial<FinishRequest> = {}): FinishRequest {
  return { run: runId, action: id, at: 2_010, outcome: completed, ...changes }
}
