export type PolicyErrorCode = 'policy.unreadable'

/** What this package throws: only for data that no policy was compiled to. Deciding never throws. */
export class PolicyError extends Error {
  readonly code: PolicyErrorCode
  constructor(code: PolicyErrorCode, message: string) {
    super(message)
    this.name = 'PolicyError'
    this.code = code
  }
}
