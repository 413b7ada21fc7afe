import type { z } from '@hono/zod-openapi'
import type { metadata } from './schemas.ts'

/** Where AuthZEN's metadata is found below a server's base URL (Authorization API 1.0, 9.2). */
export const metadataPath = '/.well-known/authzen-configuration'

/**
 * What `GET /.well-known/authzen-configuration` answers, for anybody (Authorization API 1.0, 9). `baseUrl`: how clients reach
 * this server; AuthZEN wants https there.
 */
export function authzenConfiguration(baseUrl: string): z.infer<typeof metadata> {
  const base = baseUrl.replace(/\/+$/, '')
  return {
    policy_decision_point: base,
    access_evaluation_endpoint: `${base}/access/v1/evaluation`,
    access_evaluations_endpoint: `${base}/access/v1/evaluations`,
  }
}
