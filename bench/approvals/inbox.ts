/** How long it takes to read all pending approvals of a ledger, and the first fifty. Milliseconds. */
export interface Inbox {
  readonly all: number
  readonly page: number
}
