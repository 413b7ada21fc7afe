import type { OperatorEvents } from '@ecp/protocol'
import { ConsoleError } from '../error.ts'
import { session } from '../session/session.ts'
import { eventsIn } from './event-stream.ts'
import { request } from './request.ts'

type Told = {
  [K in keyof OperatorEvents]: { readonly kind: K; readonly data: OperatorEvents[K] }
}[keyof OperatorEvents]
/** `again`: the stream was away, and what happened meanwhile is known to nobody here: read anew. */
export type LiveEvent = Told | { readonly kind: 'again' }
export type LiveStatus = 'connecting' | 'live' | 'away'

const kinds: readonly string[] = ['approval', 'run', 'state'] satisfies (keyof OperatorEvents)[]
const firstPause = 250
const longestPause = 10_000

const hearers = new Set<(event: LiveEvent) => void>()
const watchers = new Set<() => void>()
let status: LiveStatus = 'connecting'

/** What changes on the host while the page is open: one stream for all of the page, that comes back by itself. */
export const live = {
  status: (): LiveStatus => status,
  watchStatus(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  /** Returns what ends it. */
  hear(hearer: (event: LiveEvent) => void): () => void {
    hearers.add(hearer)
    return () => hearers.delete(hearer)
  },
  /** Listens for as long as the session lasts, or until the signal. */
  async listen(signal: AbortSignal): Promise<void> {
    let pause = firstPause
    let isFirst = true
    while (!signal.aborted && session.get()) {
      try {
        const answer = await request('/events', { headers: { accept: 'text/event-stream' }, signal })
        if (!answer.body) throw new ConsoleError('console.unreadable', answer.status, 'the stream of events is empty')
        setStatus('live')
        pause = firstPause
        if (!isFirst) tell({ kind: 'again' })
        isFirst = false
        for await (const { type, data } of eventsIn(answer.body)) {
          if (kinds.includes(type)) tell({ kind: type, data: JSON.parse(data) } as Told) // reason: a server of this version holds itself to it
        }
      } catch {
        // Said by the status: whoever needs an answer asks for one, and gets the error.
      }
      if (signal.aborted || !session.get()) return
      setStatus('away')
      isFirst = false
      await pauseFor(pause, signal)
      pause = Math.min(pause * 2, longestPause)
    }
  },
}

function tell(event: LiveEvent): void {
  for (const hearer of hearers) hearer(event)
}

function setStatus(next: LiveStatus): void {
  if (next === status) return
  status = next
  for (const watcher of watchers) watcher()
}

/** Until the time is over, the network is back, the page is looked at again, or the signal. */
function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController()
    const end = () => {
      clearTimeout(timer)
      done.abort()
      resolve()
    }
    const timer = setTimeout(end, ms)
    window.addEventListener('online', end, { signal: done.signal })
    document.addEventListener('visibilitychange', end, { signal: done.signal })
    signal.addEventListener('abort', end, { signal: done.signal })
  })
}
