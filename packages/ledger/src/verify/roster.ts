import { type LedgerRecord, ledgerChain, type RecordKind } from '@ecp/protocol'
import type { Chains } from './chains.ts'
import type { Faults } from './faults.ts'

/** What stands in the ledger's own chain only. */
const ofLedger: ReadonlySet<RecordKind> = new Set<RecordKind>([
  'run.opened',
  'run.closed',
  ...(['approval.requested', 'approval.answered', 'approval.expired', 'approval.cancelled', 'approval.used'] as const),
  ...(['grant.offered', 'grant.given', 'grant.revoked', 'grant.used'] as const),
])

interface Opened {
  readonly seq: number
  readonly first: string
}
interface Closed {
  readonly seq: number
  readonly records: number
  readonly last: string
}

/** Holds the chains of runs against the ledger's chain, which says when each was opened and how it ended. */
export class Roster {
  readonly #faults: Faults
  readonly #opened = new Map<string, Opened>()
  readonly #closed = new Map<string, Closed>()
  readonly #ended = new Map<string, number>()
  constructor(faults: Faults) {
    this.#faults = faults
  }

  take({ run, seq, kind, body }: LedgerRecord): void {
    const ended = this.#ended.get(run)
    if (ended !== undefined) {
      this.#faults.add(run, seq, 'record-inserted', `the run ended with record ${ended}`)
    }
    if (run === ledgerChain) {
      if (kind === 'run.opened') this.#once(this.#opened, body.run, seq, { seq, first: body.first })
      if (kind === 'run.closed') {
        this.#once(this.#closed, body.run, seq, { seq, records: body.records, last: body.last })
      }
      if (kind === 'run.started' || kind === 'run.ended') {
        this.#faults.add(run, seq, 'record-inserted', `\`${kind}\` belongs in the chain of a run`)
      }
      return
    }
    if ((seq === 1) !== (kind === 'run.started')) {
      this.#faults.add(run, seq, 'record-inserted', `a run begins with \`run.started\`, and only there`)
    }
    if (ofLedger.has(kind)) {
      this.#faults.add(run, seq, 'record-inserted', `\`${kind}\` belongs in the ledger's chain`)
    }
    if (kind === 'run.ended') this.#ended.set(run, seq)
  }

  /** To be called when every chain was followed; `only`: the one run that was. */
  compare(chains: Chains, only?: string): void {
    const runs = new Set([...this.#opened.keys(), ...this.#closed.keys(), ...chains.followed.keys()])
    for (const run of only === undefined ? runs : [only]) {
      if (run !== ledgerChain) this.#compareRun(run, chains)
    }
  }

  #compareRun(run: string, chains: Chains): void {
    const chain = chains.followed.get(run)
    const opened = this.#opened.get(run)
    const closed = this.#closed.get(run)
    if (chain === undefined) {
      const place = opened ? `record ${opened.seq} of the ledger's chain opened it` : 'the ledger does not know it'
      this.#faults.add(run, 0, 'run-missing', `the run has no records; ${place}`)
      return
    }
    // What follows would only repeat a fault that is named already.
    if (this.#faults.in(run) || this.#faults.in(ledgerChain)) return
    if (opened === undefined) {
      this.#faults.add(run, 1, 'record-inserted', "the ledger's chain knows of no such run")
    } else if (opened.first !== chain.first) {
      this.#faults.add(run, 1, 'chain-broken', `record ${opened.seq} of the ledger's chain names another first record`)
    }
    const ended = this.#ended.get(run)
    if (closed === undefined) {
      if (ended === undefined) return
      this.#faults.add(run, ended, 'record-inserted', "the ledger's chain knows of no end of the run")
    } else if (closed.records !== chain.seq || closed.last !== chain.computed || ended !== chain.seq) {
      const message = `record ${closed.seq} of the ledger's chain names record ${closed.records} as the last one`
      this.#faults.add(run, chain.seq, 'chain-broken', message)
    }
  }

  #once<T>(map: Map<string, T>, run: string, seq: number, value: T): void {
    if (map.has(run)) this.#faults.add(ledgerChain, seq, 'record-inserted', `run \`${run}\` stands here a second time`)
    else map.set(run, value)
  }
}
