import { useCallback, useEffect, useRef, useState } from 'react'
import { type ConsoleError, errorOf } from '../error.ts'
import { get } from './ask.ts'
import { type LiveEvent, live } from './live.ts'

export interface Answer<T> {
  /** The last that was read from this path; still there while it is read anew, and when that fails. */
  readonly data: T | undefined
  readonly error: ConsoleError | undefined
  readonly isLoading: boolean
  reload(): void
}

/** After a read that nobody asked for by hand: so many times what it took. */
const rest = 4

/**
 * What is at `path`, read again whenever the host tells of something that `isAbout` says yes to, and after the stream of
 * events was away. One request at a time: what comes while one is under way is read once behind it, and not before four times
 * as long as it took are over, so that following a large run takes no more than a fifth of the host's time.
 */
export function useAnswer<T>(path: string | undefined, isAbout?: (event: LiveEvent) => boolean): Answer<T> {
  const [state, setState] = useState<{ path?: string | undefined; data?: T; error?: ConsoleError; isLoading: boolean }>(
    {
      path,
      isLoading: path !== undefined,
    },
  )
  const reader = useRef<() => void>(() => undefined)
  const about = useRef(isAbout)
  about.current = isAbout
  useEffect(() => {
    if (path === undefined) return undefined
    const ended = new AbortController()
    let isReading = false
    let isAgain = false
    let restsUntil = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      isAgain = isReading
      if (isReading) return
      isReading = true
      clearTimeout(timer)
      timer = undefined
      const began = performance.now()
      setState((was) => (was.path === path ? { ...was, isLoading: true } : { path, isLoading: true }))
      try {
        const data = await get<T>(path, ended.signal)
        if (!ended.signal.aborted) setState({ path, data, isLoading: false })
      } catch (cause) {
        if (!ended.signal.aborted) setState((was) => ({ ...was, error: errorOf(cause), isLoading: false }))
      }
      isReading = false
      if (ended.signal.aborted) return
      restsUntil = performance.now() + rest * (performance.now() - began)
      if (isAgain) readSoon()
    }
    const readSoon = () => {
      isAgain = isReading
      if (isReading || timer !== undefined) return
      timer = setTimeout(() => void read(), restsUntil - performance.now())
    }
    reader.current = () => void read()
    void read()
    const deaf = live.hear((event) => {
      if (event.kind === 'again' || about.current?.(event)) readSoon()
    })
    return () => {
      deaf()
      clearTimeout(timer)
      ended.abort()
    }
  }, [path])
  const reload = useCallback(() => reader.current(), [])
  // What was read for another path is not an answer to this one.
  if (state.path !== path) return { data: undefined, error: undefined, isLoading: path !== undefined, reload }
  return { data: state.data, error: state.error, isLoading: state.isLoading, reload }
}
