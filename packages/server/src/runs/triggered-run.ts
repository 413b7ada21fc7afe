import type { WebhookKey } from '@ecp/host'
import type { Context, Json } from '@ecp/protocol'
import type { Schedule } from './schedule.ts'
import type { ToolEvent } from './tool-event.ts'

/** A Context that the host lets start by itself (`gateway.runs`), with what of its triggers can start it. */
export interface TriggeredRun {
  /** Its name in `gateway.runs`. */
  readonly name: string
  /** An absolute path. */
  readonly contextFile: string
  readonly context: Context
  /** What the host gives it; a webhook gives others. */
  readonly inputs: Readonly<Record<string, Json>>
  readonly principal: string
  /** Whether it may start while one of before still goes on. */
  readonly overlap: boolean
  readonly schedules: readonly Schedule[]
  readonly events: readonly ToolEvent[]
  readonly webhook?: TriggeredWebhook
}

export interface TriggeredWebhook {
  readonly key: WebhookKey
  /** What may stand behind `/v1/triggers/NAME/`: the paths that the Context names. */
  readonly paths: readonly string[]
}

/** Whose runs they are: no client of another kind has such a name. */
export function clientOf(trigger: 'schedule' | 'webhook' | 'tool-event', { name }: Pick<TriggeredRun, 'name'>): string {
  return `${trigger}:${name}`
}
