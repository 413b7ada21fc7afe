import { useSyncExternalStore } from 'react'

// As wide as the styles have it.
const narrow = window.matchMedia('(max-width: 40rem)')

/** Whether the window is as narrow as a phone's. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
}
