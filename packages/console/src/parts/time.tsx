import { roughly } from './duration.ts'
import { useNow } from './use-now.ts'

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A moment (milliseconds since the epoch), as somebody here reads it: date and time. */
export function Time({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} className="number">
      {exact.format(at)}
    </time>
  )
}

/** The same by its age, `3 min ago`; the moment itself on pointing at it. */
export function Ago({ at }: { readonly at: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={exact.format(at)} className="number">
      {roughly(now - at)} ago
    </time>
  )
}

/** How long it is until then: `4 min left`, `over`. */
export function Left({ until }: { readonly until: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(until).toISOString()} title={exact.format(until)} className="number">
      {until > now ? `${roughly(until - now)} left` : 'over'}
    </time>
  )
}
