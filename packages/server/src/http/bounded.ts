import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { problem } from './problem.ts'

/** A body that says how long it is, is looked at before it is read; another one while it is. */
export function bounded(maxSize: number): MiddlewareHandler {
  const tooLarge = () =>
    problem({ status: 413, code: 'http.body-too-large', message: `a body has at most ${maxSize} bytes here` })
  const counting = bodyLimit({ maxSize, onError: tooLarge })
  return (c, next) => {
    const { headers } = c.req.raw
    if (headers.has('transfer-encoding')) return counting(c, next)
    const isTooLarge = Number(headers.get('content-length') ?? 0) > maxSize
    return isTooLarge ? Promise.resolve(tooLarge()) : next()
  }
}
