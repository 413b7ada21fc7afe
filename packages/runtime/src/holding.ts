import type { ActionRequest, Hold } from '@ecp/host'
import type { Running } from './running.ts'
import type { StepTime } from './time-limit.ts'

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
  time: StepTime,
): Holding {
  const patience = new AbortController()
  // Made when somebody is asked: next to no action waits.
  let over: AbortController | undefined
  const onWaiting = (approval: string) => {
    const waiting = { executor, target, approval }
    time.waits()
    emit({ kind: 'waiting', key, ...waiting })
    if (!attend || over) return
    over = new AbortController()
    attend(waiting, over.signal).then(
      (isAnswered) => isAnswered || patience.abort(),
      () => patience.abort(),
    )
  }
  return {
    options: {
      waitMs: attend ? longestWaitMs : waitMs,
      signal: patience.signal,
      onWaiting,
      onOver: () => time.goesOn(),
    },
    [Symbol.dispose]: () => over?.abort(),
  }
}
