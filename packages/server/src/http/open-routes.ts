import { Hono } from 'hono'

/** What anybody may read: it says nothing of this machine but that ECP is here. */
export function openRoutes(): Hono {
  return new Hono()
}
