import { problem } from '../http/problem.ts'

/** Codes of what the operator API answers in place of what was asked for. */
export type OperatorErrorCode =
  | 'operator.code-refused'
  | 'operator.not-signed-in'
  /** A page of another origin asks. */
  | 'operator.cross-site'
  | 'operator.too-many-streams'
  | 'operator.stopping'
  | 'approval.unknown'
  | 'approval.over'
  | 'approval.refused'
  /** Approvers are configured, and the answer bears no signature. */
  | 'approval.needs-signature'
  /** What a browser says it has made is no passkey for here. */
  | 'passkey.refused'
  | 'passkey.link-over'
  /** No page of this server can use passkeys. */
  | 'passkey.no-place'
  | 'grant.unknown'
  | 'grant.over'
  | 'grant.refused'
  /** As with approvals. */
  | 'grant.needs-signature'
  | 'proposal.refused'
  /** So many have not signed yet. */
  | 'proposal.not-approved'
  | 'client.unknown'
  /** The config names it, and only there it can be ended. */
  | 'client.wired'
  | 'run.unknown'
  | 'request.invalid'
  | 'ledger.unavailable'
  | 'http.not-found'
  | 'http.internal'

/** What a route throws in place of an answer. The message is for the operator: what happened, to what, what to do. */
export class OperatorError extends Error {
  readonly status: number
  readonly code: OperatorErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: OperatorErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'OperatorError'
    this.status = status
    this.code = code
    this.headers = headers
  }

  response(): Response {
    const { status, code, message, headers } = this
    return problem({ status, code, message, headers })
  }
}
