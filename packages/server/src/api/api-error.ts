import { problem } from '../http/problem.ts'

/** Codes of the errors that the HTTP API answers (RFC 9457, extension member `code`). */
export const apiErrorCodes = [
  /** The body is not what its route takes; `detail` names the place. */
  'request.invalid',
  'request.not-json',
  'request.media-type',
  /** AuthZEN: about somebody else than the caller. */
  'subject.not-caller',
  /** No lease of this caller is open under this id. */
  'action.no-lease',
  /** The key names another action of this client. */
  'action.key-taken',
  /** The action of this key has ended. */
  'action.key-over',
  'run.unknown',
  'run.too-large',
  'ledger.unavailable',
  'http.internal',
] as const
export type ApiErrorCode = (typeof apiErrorCodes)[number]

/** What a route throws in place of an answer. The message is for the asking program: what happened, where, what to do. */
export class ApiError extends Error {
  readonly status: number
  readonly code: ApiErrorCode

  constructor(status: number, code: ApiErrorCode, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }

  response(): Response {
    const { status, code, message } = this
    return problem({ status, code, message })
  }
}
