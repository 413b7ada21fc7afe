import type { ActionKind } from './action.ts'
import type { AnswerForm } from './answer-form.ts'
import type { ApprovalAnswered, ApprovalRequested, ApprovalState, SignedAnswer, Verdict } from './approval.ts'
import type { Acts, Code, Reason } from './decision.ts'
import type { Json, JsonObject } from './json.ts'
import type { OutcomeStatus } from './outcome.ts'
import type { Permission } from './permission.ts'
import type { Question } from './question.ts'
import type { RunStarted } from './record.ts'

// What `ecp serve` and the console say to each other, under `/console/api`; JSON in UTF-8, times in milliseconds since the
// epoch. Every request but the one that makes the session has `Authorization: Bearer TOKEN`. The trace of a run
// (`GET /runs/{id}/trace`) is `Trace`, as `ecp trace --json` prints it.

/** Every answer that is not 2xx (RFC 9457, `application/problem+json`). `detail` says what happened, and what to do. */
export interface OperatorProblem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  /** For programs: `operator.code-refused`, `operator.not-signed-in`, `approval.over`, `approval.unknown`, ... */
  readonly code: string
}

/** `POST /session`: `code` is that of the link, `#code=...`, and can be used once. `DELETE /session` ends it (204). */
export interface OperatorSignIn {
  readonly code: string
}
export interface OperatorSession {
  /** For `Authorization: Bearer`. */
  readonly token: string
  /** Whatever is done until then. */
  readonly expiresAt: number
  /** It ends as well when nothing is asked with it for so long (ms). */
  readonly idleMs: number
}

/** `GET /state`, and the answer of `POST /freeze` and `POST /unfreeze`. */
export interface OperatorState {
  /** Of ecp. */
  readonly version: string
  /** The operating system's user that `ecp serve` runs as: by whom unsigned answers are. */
  readonly user: string
  /** The path of the ledger. */
  readonly ledger: string
  readonly frozen: boolean
  /** Empty: nobody is configured, and answers are unsigned. */
  readonly approvers: readonly OperatorApprover[]
  /** Set where answers are unsigned: what they are worth, in a sentence. */
  readonly unsigned?: string
  readonly open: OpenCounts
}
export interface OperatorApprover {
  readonly name: string
  readonly groups: readonly string[]
  /** With what they can sign: a passkey here, an Ed25519 key with `ecp approvals approve`. */
  readonly keys: readonly ('ed25519' | 'passkey')[]
}
/** Approvals that are not over, by kind. */
export interface OpenCounts {
  readonly hold: number
  readonly proposal: number
  readonly question: number
}

/** `GET /approvals?state=open|all&kind=hold|proposal|question&cursor&limit`: the newest first. `limit`: 50; 500 at most. */
export interface OperatorApprovals {
  readonly approvals: readonly OperatorApprovalSummary[]
  /** For `cursor`: there are more. */
  readonly nextCursor?: string
}

/** One line of the inbox: what was asked (`expiresAt` as it was asked for), and how it stands now. */
export interface OperatorApprovalSummary extends ApprovalRequested {
  /** `approved` only where the answers are worth it. */
  readonly state: ApprovalState
  readonly requestedAt: number
  /** Until when it may be answered, or used. */
  readonly until: number
  /** How many different people have approved it so that it counts. */
  readonly approvedBy: number
  /** Who asks, where the run's start is on record. */
  readonly client?: string
  /** The action that used it. */
  readonly usedBy?: string
}

/** `GET /approvals/{id}`: all that a person has to know before they answer. Also what answering answers with. */
export interface OperatorApproval extends OperatorApprovalSummary {
  readonly answers: readonly OperatorAnswered[]
  /** What was decided, as it was recorded; missing where the record is (a ledger that is damaged). */
  readonly asked?: OperatorAsked
  /** Of a question: what is asked, and how the answer is filled in. */
  readonly question?: OperatorQuestion
  /** What the call would make of a file, if its arguments mean what they look like, as the file is now. */
  readonly change?: OperatorChange
  /** Why there is no `change`, where one was looked for. */
  readonly noChange?: string
  /** Approvers whose word could count here, by name; empty where answers are unsigned, or nobody is configured whom the terms name. */
  readonly approvers: readonly string[]
}
export interface OperatorQuestion extends Question {
  readonly form: AnswerForm
}
export interface OperatorAsked {
  readonly kind: ActionKind
  readonly acts: Acts
  /** Exactly what would be sent, with secrets as their names. */
  readonly arguments: Json
  readonly extra?: JsonObject
  readonly reasons: readonly Reason[]
  readonly context: RunStarted['context']
  readonly at: number
}
export interface OperatorAnswered extends Omit<ApprovalAnswered, 'proof'> {
  readonly at: number
  readonly proof: string
  readonly worth: AnswerWorth
}
/** What an answer is worth now: it counts, or why it does not. */
export type AnswerWorth =
  | 'counts'
  | 'unsigned'
  | 'nobody-configured'
  | 'unknown-approver'
  | 'not-named'
  | 'wrong-signature'
  | 'wrong-value'
export interface OperatorChange {
  /** Absolute, as the arguments name it. */
  readonly path: string
  /** There is no such file yet. */
  readonly isNew: boolean
  /** Empty: nothing would change. */
  readonly lines: readonly DifferenceLine[]
  /** What of it would not work as the file is now. */
  readonly faults: readonly string[]
}
export interface DifferenceLine {
  /** `skipped`: `text` says how many lines that stay as they are are left out. */
  readonly kind: 'same' | 'removed' | 'added' | 'skipped'
  readonly text: string
}

/** `POST /approvals/{id}/answer/options`: what an approver with a passkey is to sign. */
export interface OperatorAnswerOptionsRequest {
  readonly answer: Verdict
  /** With which a question is answered: it is signed with the rest. */
  readonly value?: Json
  /** The approver's name. */
  readonly by: string
}
export interface OperatorAnswerOptions {
  /** To be sent back with the answer. */
  readonly nonce: string
  readonly expiresAt: number
  readonly signed: SignedAnswer
  /** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, 5.6): for `navigator.credentials.get`. */
  readonly publicKey: JsonObject
}

/**
 * `POST /approvals/{id}/answer`, answered with {@link OperatorApproval}. With approvers: `by`, `nonce`, `expiresAt` and
 * `assertion`; without them none of the four: the answer is unsigned, and by the operating system's user.
 */
export interface OperatorAnswerRequest {
  readonly answer: Verdict
  /** Where a question is answered, and only there: it has to fit the schema in `asked.arguments.answer`. */
  readonly value?: Json
  readonly note?: string
  readonly by?: string
  readonly nonce?: string
  readonly expiresAt?: number
  /** `AuthenticationResponseJSON` (WebAuthn Level 3, 5.5). */
  readonly assertion?: JsonObject
}

/**
 * `POST /passkeys/registration/options`, without a session: what an authenticator is to make. `code` is that of the link that
 * `ecp approvers add NAME --passkey` prints, `#code=...`.
 */
export interface PasskeyRegistrationStart {
  readonly code: string
}
export interface PasskeyRegistrationOptions {
  /** Whose passkey it will be. */
  readonly name: string
  readonly expiresAt: number
  /** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3, 5.1.8): for `navigator.credentials.create`. */
  readonly publicKey: JsonObject
}

/** `POST /passkeys/registration` (204), without a session. The code is spent then; the command that made it has the passkey. */
export interface PasskeyRegistration {
  readonly code: string
  /** `RegistrationResponseJSON` (WebAuthn Level 3, 5.1.8). */
  readonly credential: JsonObject
}

/**
 * `POST /approvals/{id}/apply`: performs a proposal that is approved, exactly as it was recorded, once. No body, or `{}`.
 * Where anything stands in the way that can be known before, it is a problem, and nothing was done.
 */
export interface OperatorApplied {
  readonly status: OutcomeStatus
  /** What the tool said, or why it was not done, for a person. */
  readonly text: string
  /** Of the new decision. */
  readonly codes: readonly Code[]
  /** `status` is `pending`: the approval that it waits for. */
  readonly waiting?: string
  /** The proposal, as it stands now. */
  readonly approval: OperatorApproval
}

/** `GET /runs?status&cursor&limit`: of all clients, the newest first. `limit`: 50; 500 at most. */
export interface OperatorRuns {
  readonly runs: readonly OperatorRun[]
  readonly nextCursor?: string
}
/** `GET /runs/{id}` */
export interface OperatorRun extends Pick<RunStarted, 'context' | 'executor' | 'principal' | 'client' | 'strategy'> {
  readonly run: string
  /** `running`, or what it ended as. */
  readonly status: string
  readonly startedAt: number
  readonly endedAt?: number
  readonly actions: number
  readonly denied: number
  readonly inFlight: number
}

/** `GET /permissions`: for each Context and executor that somebody who may connect acts as. */
export interface OperatorPermissions {
  readonly boundaries: readonly OperatorBoundary[]
}
export interface OperatorBoundary {
  /** The Context's file; missing name and version where it cannot be read. */
  readonly file: string
  readonly context?: { readonly name: string; readonly version: string }
  readonly executor: string
  /** Who acts as it: names of clients, and `issuer/*`. */
  readonly clients: readonly string[]
  readonly permissions: readonly Permission[]
  /** Servers that it could reach and whose tools nobody has seen: of these nothing can be said. */
  readonly unpinned: readonly string[]
  /** Why nothing can be said: it cannot be read, or has no such executor. Everything is denied then. */
  readonly fault?: string
}

/** `GET /clients`; `DELETE /clients/{name}` (204) ends a client of kind `token`. */
export interface OperatorClients {
  readonly clients: readonly OperatorClient[]
}
export type OperatorClient = OperatorTokenClient | OperatorWiredClient | OperatorAnonymousClient
interface ActingClient {
  readonly name: string
  /** The Context's file. */
  readonly context: string
  readonly executor: string
  readonly inputs: JsonObject
  readonly names: 'prefixed' | 'plain'
}
/** Made with `ecp clients add`. */
export interface OperatorTokenClient extends ActingClient {
  readonly kind: 'token'
  readonly createdAt: number
  readonly expiresAt?: number
  readonly expired: boolean
}
/** The config names it: only editing that ends it. `issuer`: of many, each of whom has a token from there. */
export interface OperatorWiredClient extends ActingClient {
  readonly kind: 'config' | 'issuer'
  /** file:line:column */
  readonly place: string
  readonly token?: { readonly issuer: string; readonly claims: JsonObject }
}
/** Whoever comes without a token, where `ecp serve` was told to let them. */
export interface OperatorAnonymousClient extends ActingClient {
  readonly kind: 'anonymous'
}

/** `GET /chain`: the ledger, verified as `ecp trace verify` does. Takes as long as there are records. */
export interface OperatorChain {
  readonly file: string
  readonly records: number
  readonly runs: number
  /** Decided again. */
  readonly decisions: number
  /** The last record of the ledger's own chain. */
  readonly head: { readonly seq: number; readonly hash: string }
  /** Empty: every byte is as it was written. The first hundred. */
  readonly faults: readonly OperatorFault[]
  readonly faultCount: number
  readonly checkedAt: number
  readonly durationMs: number
}
export interface OperatorFault {
  /** Empty: the ledger's own chain. */
  readonly run: string
  /** The record in its chain; 0: the chain as a whole. */
  readonly seq: number
  readonly code: string
  readonly message: string
}

/** `POST /freeze` and `POST /unfreeze` */
export interface OperatorFreeze {
  readonly note?: string
}

/**
 * `GET /events`: `text/event-stream` (WHATWG HTML, 9.2), to be read with fetch. Event name -> its `data`. The first event is
 * `state`. Lines that begin with `:` come while nothing happens. When it ends, read the lists anew and ask again; after 401,
 * sign in again. Changes by other processes on the same ledger come, too.
 */
export interface OperatorEvents {
  /** Asked for, answered, or over by being used or cancelled. `more`: too many to be named; read the list anew. */
  readonly approval: { readonly approvals: readonly string[]; readonly more: boolean }
  /** Started, ended, or something happened in them. */
  readonly run: { readonly runs: readonly string[]; readonly more: boolean }
  readonly state: Pick<OperatorState, 'frozen' | 'open'>
}
