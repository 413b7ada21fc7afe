import type { RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { CallerEnv } from '../http/caller.ts'

/** A route of the API: how it is described, and what answers it. */
export interface ApiRoute {
  readonly description: RouteConfig
  answer(c: Context<CallerEnv>): Promise<Response>
}

/**
 * Pairs them. Requests are read by the routes themselves with the schemas of their description, not by the validators of
 * `@hono/zod-openapi`: those read a body leniently, see `jsonBody`.
 */
export function route(description: RouteConfig, answer: ApiRoute['answer']): ApiRoute {
  return { description, answer }
}

/** A parameter of the path; empty where there is none. */
export function parameter(c: Context<CallerEnv>, name: string): string {
  return c.req.param(name) ?? ''
}
