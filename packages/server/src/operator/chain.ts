import { verifyApart } from '@ecp/host'
import type { OperatorChain } from '@ecp/protocol'
import type { OperatorDesk } from './operator-desk.ts'

const mostFaults = 100

/** Verifies the ledger, once for all who ask at the same time. */
export class ChainCheck {
  readonly #desk: OperatorDesk
  readonly #closing = new AbortController()
  #checking: Promise<OperatorChain> | undefined

  constructor(desk: OperatorDesk) {
    this.#desk = desk
  }

  check(): Promise<OperatorChain> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  close(): void {
    this.#closing.abort()
  }

  async #check(): Promise<OperatorChain> {
    const { machine, now } = this.#desk
    const { ledger, ledgerFile: file } = machine()
    const checkedAt = now()
    const head = ledger.head()
    const { records, runs, decisions, faults } = await verifyApart(file, this.#closing.signal)
    return {
      file,
      records,
      runs,
      decisions,
      head,
      faults: faults.slice(0, mostFaults),
      faultCount: faults.length,
      checkedAt,
      durationMs: now() - checkedAt,
    }
  }
}
