import type { MiddlewareHandler } from 'hono'
import { OperatorError } from './operator-error.ts'

/**
 * Refuses what a page of another origin makes a browser send, one that `gateway.origins` names too (RFC 6454; W3C Fetch Metadata,
 * 2.4). Another port of this machine is another origin.
 */
export const ownPageOnly: MiddlewareHandler = (c, next) => {
  const { headers } = c.req.raw
  const host = headers.get('host')?.toLowerCase()
  const origin = headers.get('origin')?.toLowerCase()
  const site = headers.get('sec-fetch-site') ?? 'none'
  const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  if (isOwn && (site === 'same-origin' || site === 'none')) return next()
  throw new OperatorError(403, 'operator.cross-site', 'only the page that this server serves may ask here')
}
