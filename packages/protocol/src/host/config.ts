import { z } from 'zod'
import { object } from '../context/base.ts'
import { security } from './security.ts'
import { wiring } from './wiring.ts'

export const hostVersions = ['0.5'] as const

/** `ecp.config.yaml` (host.md): wiring, and `security`, its mirror of allow-lists. */
export const hostConfig = object({ version: z.enum(hostVersions), ...wiring, security: security.optional() })
export type HostConfig = z.infer<typeof hostConfig>
