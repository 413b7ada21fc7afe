import { HostError } from '@ecp/host'
import { LedgerError } from '@ecp/ledger'
import { ApiError } from '../api/api-error.ts'
import { OperatorError } from './operator-error.ts'

/** What went wrong, as an answer. What was not foreseen is the log's alone. */
export function answerTo(cause: Error, log: (line: string) => void): Response {
  if (cause instanceof ApiError || cause instanceof OperatorError) return cause.response()
  return told(cause, log).response()
}

function told(cause: Error, log: (line: string) => void): OperatorError {
  if (cause instanceof HostError) {
    if (cause.code === 'approval.over') return new OperatorError(409, cause.code, cause.message)
    if (cause.code === 'approval.refused') return new OperatorError(403, cause.code, cause.message)
    if (cause.code === 'grant.over') return new OperatorError(409, cause.code, cause.message)
    if (cause.code === 'grant.refused') return new OperatorError(403, cause.code, cause.message)
    if (cause.code === 'proposal.refused') return new OperatorError(409, cause.code, cause.message)
  }
  if (cause instanceof LedgerError) {
    // Another one was first: between the look and the answer.
    if (cause.code === 'ledger.approval-over') return new OperatorError(409, 'approval.over', cause.message)
    if (cause.code === 'ledger.grant-over') return new OperatorError(409, 'grant.over', cause.message)
    log(`console: ${cause.message}`)
    return new OperatorError(503, 'ledger.unavailable', `the ledger cannot be read or written now: ${cause.message}`)
  }
  log(`console: ${cause.message}`)
  return new OperatorError(500, 'http.internal', 'the request failed here; the log of ecp says why')
}
