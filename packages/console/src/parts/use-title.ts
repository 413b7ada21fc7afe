import { useEffect } from 'react'
import { useHost, waiting } from '../layout/host-context.ts'

/** The window's title: how many wait for a person first, since that is what is looked for in a row of tabs. */
export function useTitle(title: string): void {
  const host = useHost()
  const count = host ? waiting(host) : 0
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${title} · ECP`
  }, [title, count])
}
