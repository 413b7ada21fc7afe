import { canonical, type LedgerRecord, maxArgumentBytes, type RecordBodies } from '@ecp/protocol'
import { isSignedBy } from '../checkpoint.ts'
import { digestOf, sha256 } from '../digest.ts'
import type { VerifyOptions } from '../ledger.ts'
import type { SoundRecord } from './chains.ts'
import type { Faults } from './faults.ts'

/** A blob as it was found, or undefined. */
export type FindBlob = (digest: string) => Uint8Array | undefined

/** Looks at what records say: digests of actions and blobs, signatures, and decisions, which are taken again. */
export class Contents {
  decisions = 0
  readonly #faults: Faults
  readonly #findBlob: FindBlob
  readonly #options: VerifyOptions
  /** Digest -> whether the blob is there and is what it was. */
  readonly #blobs = new Map<string, boolean>()

  constructor(faults: Faults, findBlob: FindBlob, options: VerifyOptions) {
    this.#faults = faults
    this.#findBlob = findBlob
    this.#options = options
  }

  /** Whether this blob was looked at because a record names it. */
  knows(digest: string): boolean {
    return this.#blobs.has(digest)
  }

  /** `before`: how far the record's chain had come before it. */
  take({ record }: SoundRecord, before: { seq: number; hash: string }): void {
    const { run, seq } = record
    for (const digest of blobsOf(record)) this.#checkBlob(run, seq, digest)
    if (record.kind === 'action.decided') this.#checkDecision(run, seq, record.body)
    if (record.kind === 'checkpoint') {
      const { count, hash, publicKey } = record.body
      const trusted = this.#options.publicKey
      if (count !== before.seq || hash !== before.hash) {
        this.#faults.add(run, seq, 'signature-wrong', 'the checkpoint is of another chain')
      } else if (trusted !== undefined && trusted !== publicKey) {
        this.#faults.add(
          run,
          seq,
          'signature-wrong',
          `the checkpoint is signed by \`${publicKey}\`, not by the key given`,
        )
      } else if (!isSignedBy(record.body)) {
        this.#faults.add(run, seq, 'signature-wrong', 'the signature is not of this checkpoint')
      }
    }
  }

  #checkDecision(run: string, seq: number, body: RecordBodies['action.decided']): void {
    const { kind, target, arguments: given, extra, digest, size, run: named } = body.action
    if (named !== run) this.#faults.add(run, seq, 'action-changed', `the action is of run \`${named}\``)
    const dropped = given === null && size > maxArgumentBytes(kind)
    if (!dropped && digestOf({ kind, target, arguments: given, ...(extra ? { extra } : {}) }) !== digest) {
      this.#faults.add(run, seq, 'action-changed', "the action's digest is not that of what it asks for")
    }
    if (!this.#options.redecide) return
    this.decisions++
    let again: string
    try {
      again = this.#options.redecide(body, (wanted) => this.#blobText(wanted))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#faults.add(run, seq, 'decision-differs', `the decision could not be taken again: ${message}`)
      return
    }
    if (again !== canonical(body.decision)) {
      this.#faults.add(run, seq, 'decision-differs', `decided again, it is \`${again.slice(0, 500)}\``)
    }
  }

  #checkBlob(run: string, seq: number, digest: string): void {
    if (this.#blobs.has(digest)) return
    const found = this.#findBlob(digest)
    const sound = found !== undefined && sha256(found) === digest
    this.#blobs.set(digest, sound)
    if (found === undefined) this.#faults.add(run, seq, 'blob-missing', `blob \`${digest}\` is not there`)
    else if (!sound) this.#faults.add(run, seq, 'blob-changed', `blob \`${digest}\` has another content`)
  }

  #blobText(digest: string): string | undefined {
    const found = this.#findBlob(digest)
    return found !== undefined && sha256(found) === digest ? new TextDecoder().decode(found) : undefined
  }
}

/** The blobs that a record names. */
function blobsOf({ kind, body }: LedgerRecord): readonly string[] {
  switch (kind) {
    case 'run.started':
      return [body.policyDigest]
    case 'action.decided':
      return [body.policy, body.catalogue]
    case 'action.finished':
      return body.blob === undefined ? [] : [body.blob]
    case 'tool.pinned':
      return [body.definition]
    default:
      return []
  }
}
