import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { openSqliteLedger, type Verification } from '@ecp/ledger'
import { HostError } from './error.ts'
import { redecideRecorded } from './gate/redecide.ts'

// In a checkout packages resolve to their sources, in this thread too.
const execArgv = import.meta.url.endsWith('.ts') ? ['--conditions=ecp-source'] : []

type Said = { readonly verification: Verification } | { readonly error: string }

/**
 * Verifies a ledger as `Ledger.verify` does, decisions decided again, in a thread of its own: whoever serves goes on. Takes as
 * long as there are records. Throws `host.refused` where it cannot be read.
 */
export function verifyApart(file: string, signal?: AbortSignal): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new HostError('host.refused', `\`${file}\` cannot be verified: ${why}`))
    const worker = new Worker(new URL(import.meta.url), { workerData: { verify: file }, execArgv })
    const stop = () => void worker.terminate()
    signal?.addEventListener('abort', stop, { once: true })
    worker.once('message', (said: Said) => {
      if ('verification' in said) resolve(said.verification)
      else refuse(said.error)
      stop()
    })
    worker.once('error', ({ message }) => refuse(message))
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop)
      refuse('it was stopped')
    })
    if (signal?.aborted) stop()
  })
}

if (!isMainThread && typeof workerData?.verify === 'string') parentPort?.postMessage(verified(workerData.verify))

function verified(file: string): Said {
  try {
    const ledger = openSqliteLedger({ file, readOnly: true })
    try {
      return { verification: ledger.verify({ redecide: redecideRecorded }) }
    } finally {
      ledger.close()
    }
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) }
  }
}
