import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { type LiveEvent, type LiveStatus, live } from './live.ts'

/** Calls `hearer` with each event of the host while the component is shown. */
export function useLive(hearer: (event: LiveEvent) => void): void {
  const hear = useEffectEvent(hearer)
  useEffect(() => live.hear((event) => hear(event)), [])
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live.watchStatus, live.status)
}
