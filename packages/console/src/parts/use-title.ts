import { useEffect } from 'react'
import { useHost } from '../layout/host-context.ts'

/** The window's title: how many wait for a person first, since that is what is looked for in a row of tabs. */
export function useTitle(title: string): void {
  const waiting = useHost()?.open
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}${title} · ECP`
  }, [title, waiting])
}
