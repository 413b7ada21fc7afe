import type { ActionRequest, Hold } from '@ecp/host'
import type { Running } from './running.ts'

/** As long as a timer can wait: 24 days. An approval is over by its own time, too. */
const longestWaitMs = 2_000_000_000

/** How one action waits for a person; disposed of when it waits no more. */
export interface Holding extends Disposable {
  readonly options: Hold
}

/** With somebody there it waits until they have answered or will not, otherwise as long as the run was told to. */
export function holding(
  { emit, waitMs, attend }: Running,
  { executor, target, key = '' }: Pick<ActionRequest, 'executor' | 'target' | 'key'>,
): Holding {
  const [patience, over] = [new AbortController(), new AbortController()]
  let isAttended = false
  const onWaiting = (approval: string) => {
    const waiting = { executor, target, approval }
    emit({ kind: 'waiting', key, ...waiting })
    if (!attend || isAttended) return
    isAttended = true
    attend(waiting, over.signal).then(
      (isAnswered) => isAnswered || patience.abort(),
      () => patience.abort(),
    )
  }
  return {
    options: { waitMs: attend ? longestWaitMs : waitMs, signal: patience.signal, onWaiting },
    [Symbol.dispose]: () => over.abort(),
  }
}
