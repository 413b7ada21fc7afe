import { useSyncExternalStore } from 'react'
import { type LiveStatus, live } from './live.ts'

/** Whether the page hears of what changes on the host. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live.watchStatus, live.status)
}
