import type { Action } from './action.ts'
import type { ApprovalAnswered, ApprovalRequested } from './approval.ts'
import type { Decision, PersonAnswer } from './decision.ts'
import type { GrantGiven, GrantOffered } from './grant.ts'
import type { Json, JsonObject } from './json.ts'
import type { Outcome } from './outcome.ts'

/** What a run is, written when it starts. `policyDigest` names the snapshot blob that the policy compiles from. */
export interface RunStarted {
  readonly context: { readonly name: string; readonly version: string; readonly digest: string }
  readonly executor: string
  readonly principal: string
  readonly client: string
  readonly strategy: string
  readonly inputs: JsonObject
  readonly policyDigest: string
  readonly versions: { readonly ecp: string; readonly node: string }
  /** A dry run: nothing was written. */
  readonly rehearsal?: true
  /** Missing where a person, or a client's first action, started it. */
  readonly startedBy?: StartedBy
  /** The process that carries the run: see `Ledger.recover`. Missing where no one process does, as behind a gateway. */
  readonly owner?: string
  /** Where the Context was read, an absolute path. With `owner` only, as the next. */
  readonly file?: string
  /** The model that was asked for in place of what the Context says. */
  readonly override?: { readonly provider?: string; readonly model?: string }
  /** Its model turns are played from a recording: who goes on with it has to have that. */
  readonly recorded?: true
}

/**
 * Why a run does not go on by itself. `waiting`: for a person; `unknown`: nobody knows whether a write happened; `diverged`: it
 * came back with another action in the same place; `interrupted`: the process that carried it was told to end.
 */
export const pauses = ['waiting', 'unknown', 'diverged', 'interrupted'] as const
export type Pause = (typeof pauses)[number]

/** What a person says of a write whose outcome nobody knows. `retry`: it did not happen, and is to be asked for again. */
export const settlements = ['happened', 'did-not-happen', 'retry'] as const

export interface ActionSettled {
  readonly action: string
  readonly as: (typeof settlements)[number]
  readonly by: string
  readonly note?: string
  /** With `happened`: what the server answered, where somebody knows. */
  readonly result?: JsonObject
}

/** The trigger that `ecp serve` started a run by; `run`: its name in `gateway.runs`. */
export type StartedBy =
  /** `due`: the time that was meant, in milliseconds since the epoch; `schedule`: cron line and time zone, as the Context had them. */
  | { readonly trigger: 'schedule'; readonly run: string; readonly due: number; readonly schedule: string }
  /** `message`: the id that its sender gave it. */
  | { readonly trigger: 'webhook'; readonly run: string; readonly message: string }
  | { readonly trigger: 'tool-event'; readonly run: string; readonly event: string }

/**
 * What an action takes from a bucket. Buckets are named by policy; the ledger only adds up.
 * `count`: final when it is decided, whatever comes of the action. `reserve`: held until the outcome says what was really
 * used, and counted in full until then. `busy`: time (ms) with at least one such action in flight.
 */
export interface Draw {
  readonly kind: 'count' | 'reserve' | 'busy'
  readonly bucket: string
  /** 0 for `busy`. */
  readonly amount: number
}

/** What policy asks the ledger for: the sum in a bucket, over all time or over the last `windowMs` before the action. */
export interface CounterQuery {
  readonly name: string
  readonly bucket: string
  /** `busy` reads the milliseconds of a busy bucket; `total` (the rest) what was counted and reserved. */
  readonly kind: 'total' | 'busy'
  readonly windowMs?: number
}

/** Counter name -> value, as read in the decision's transaction. */
export type Counters = Readonly<Record<string, number>>

/**
 * Who performs: `performed` is enforced by ECP, `authorized` is advice that another program must obey. `rehearsed`: decided as what
 * ECP performs, in a dry run: only reads and model turns are performed then.
 */
export type Enforcement = 'performed' | 'authorized' | 'rehearsed'

/** The bodies of records, by kind (ledger.md). */
export interface RecordBodies {
  'run.started': RunStarted
  'run.resumed': { readonly by: string; readonly owner: string }
  /** It has not ended: somebody has to do something, then it is resumed. `approvals`: those that it waits for. */
  'run.paused': { readonly status: Pause; readonly approvals?: readonly string[]; readonly message: string }
  /** Nothing more is allowed in it; the process that carries it ends it. */
  'run.cancelling': { readonly by: string }
  'run.ended': { readonly status: string; readonly output?: Json }
  /** In the ledger's chain: a run was started; hash of its first record. */
  'run.opened': { readonly run: string; readonly first: string }
  /** In the ledger's chain: a run has ended, with this many records; hash of its last one. */
  'run.closed': { readonly run: string; readonly status: string; readonly records: number; readonly last: string }
  'action.decided': {
    readonly action: Action
    readonly counters: Counters
    readonly decision: Decision
    readonly draws: readonly Draw[]
    /** Digests of the blobs that the decision was made from. */
    readonly policy: string
    readonly catalogue: string
    readonly enforcement: Enforcement
    readonly answers?: readonly PersonAnswer[]
  }
  'action.intended': {
    readonly action: string
    readonly digest: string
    readonly approval?: string
    readonly grant?: string
  }
  'action.finished': {
    readonly action: string
    readonly outcome: Outcome
    /** Set where the outcome is too large to stand here: digest of the blob that holds it. */
    readonly blob?: string
    readonly draws?: readonly Draw[]
    /**
     * Set where its process was gone: when its run last wrote something. Time since then is nobody's runtime. Milliseconds since
     * the epoch.
     */
    readonly lived?: number
  }
  'action.settled': ActionSettled
  /** In the ledger's chain, as all of approvals. */
  'approval.requested': ApprovalRequested
  'approval.answered': ApprovalAnswered
  'approval.expired': { readonly approval: string }
  /** `grant`: that was given instead; whoever waits for the approval may be decided about again. */
  'approval.cancelled': {
    readonly approval: string
    readonly by: string
    readonly note?: string
    readonly grant?: string
  }
  'approval.used': { readonly approval: string; readonly run: string; readonly action: string }
  /** In the ledger's chain, as all of grants. */
  'grant.offered': GrantOffered
  'grant.given': GrantGiven
  'grant.revoked': { readonly grant: string; readonly by: string; readonly note?: string }
  'grant.used': { readonly grant: string; readonly run: string; readonly action: string }
  'proposal.made': { readonly action: string; readonly digest: string; readonly target: string }
  'executor.started': JsonObject
  'executor.finished': JsonObject
  'mount.hydrated': JsonObject
  'plan.made': JsonObject
  /** In the ledger's chain: since when `ecp serve` knows of a schedule, from which it tells what was missed. */
  'schedule.watched': { readonly run: string; readonly contextFile: string; readonly schedule: string }
  'tool.pinned': { readonly tool: string; readonly definition: string; readonly source: 'lock' | 'first-use' }
  'tool.changed': { readonly tool: string; readonly pinned: string; readonly observed: string }
  'host.frozen': { readonly by: string; readonly note?: string }
  'host.unfrozen': { readonly by: string; readonly note?: string }
  checkpoint: { readonly count: number; readonly hash: string; readonly publicKey: string; readonly signature: string }
}
export type RecordKind = keyof RecordBodies

/** One entry of the append-only ledger. Its hash is sha-256 (hex) over the RFC 8785 JSON of exactly these fields. */
export type LedgerRecord = {
  [K in RecordKind]: {
    /** Place in its chain, from 1. */
    readonly seq: number
    /** The run whose chain this is; empty for the ledger's own chain. */
    readonly run: string
    readonly at: number
    readonly kind: K
    readonly body: RecordBodies[K]
    /** Hash of the record before it in its chain; 64 zeros for the first. */
    readonly previous: string
  }
}[RecordKind]

/** The chain that holds run starts, run ends, approvals, grants, pins, the stop switch and checkpoints. */
export const ledgerChain = ''
