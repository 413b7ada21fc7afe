import { sameRunId, type WebhookRefusal, webhookHeaderRefusal } from '@ecp/host'
import { digestOf } from '@ecp/ledger'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { Hono } from 'hono'
import { ApiError } from '../api/api-error.ts'
import { jsonOf } from '../api/json-body.ts'
import { saidOnce } from '../credentials/said-once.ts'
import { bounded } from '../http/bounded.ts'
import { problem } from '../http/problem.ts'
import type { OpenRequests } from '../open-requests.ts'
import { inputFaults } from './input-faults.ts'
import type { Start, Started } from './start-run.ts'
import { triggersPath } from './trigger-description.ts'
import type { TriggeredRun, TriggeredWebhook } from './triggered-run.ts'

export interface TriggerRoutesOptions {
  /** May be others with each request. */
  runs(): readonly TriggeredRun[]
  start(start: Start): Promise<Started>
  readonly openRequests: OpenRequests
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** Bytes of a message: its values stand in records. */
const maxBodyBytes = 1_000_000
/** All senders together, as a client: messages are short, and whose they are is known when they are read. */
const senders = '(webhooks)'

type WithWebhook = TriggeredRun & { readonly webhook: TriggeredWebhook }

/**
 * `POST /v1/triggers/NAME`: a message of Standard Webhooks 1.0, signed with the run's key, starts a run with its body as inputs;
 * each message one, however often it comes. The answer is 202 with the run's id; 200 with it for a message that was taken before.
 */
export function triggerRoutes(options: TriggerRoutesOptions): Hono {
  const { runs, openRequests, now } = options
  // Anybody can send what is refused.
  const log = saidOnce(options.log, now)
  const app = new Hono()
  const path = (name: string) => `${triggersPath}/${name}`
  app.use(path('*'), bounded(maxBodyBytes))
  app.on('POST', [path(':name'), path(':name/*')], async (c) => {
    const request = c.req.raw
    const name = c.req.param('name') ?? ''
    const { headers } = request
    const parts = {
      id: headers.get('webhook-id'),
      timestamp: headers.get('webhook-timestamp'),
      signature: headers.get('webhook-signature'),
    }
    const refused = (refusal: WebhookRefusal) => {
      log(`a message to \`${triggersPath}\` was refused: ${refusals[refusal]}`)
      return problem({ status: 401, code: `webhook.${refusal}`, message: refusals[refusal] })
    }
    const early = webhookHeaderRefusal(parts, now())
    if (early) return refused(early)
    const rest = c.req.path.slice(path(name).length + 1)
    // Which names there are is not told to whoever asks: nobody has signed for one that is not there.
    const run = runs().find((one): one is WithWebhook => one.name === name && takes(one, rest))
    if (!run) return refused('signature-wrong')
    const open = openRequests.enter(senders)
    if (!open) return busy(429, 'http.too-many-requests', 'too many messages are not answered yet', '1')
    try {
      const bytes = new Uint8Array(await request.arrayBuffer())
      const refusal = run.webhook.key.refusal(parts, bytes, now())
      if (refusal) return refused(refusal)
      return await answered(options, run, parts.id ?? '', bodyOf(request, bytes))
    } catch (cause) {
      if (cause instanceof ApiError) return cause.response()
      throw cause
    } finally {
      open.end()
    }
  })
  return app
}

const refusals: Readonly<Record<WebhookRefusal, string>> = {
  'headers-missing':
    'it has no `webhook-id`, `webhook-timestamp` and `webhook-signature` as Standard Webhooks has them',
  'too-old': 'its `webhook-timestamp` is more than five minutes old: send it again, signed anew',
  'too-new': 'its `webhook-timestamp` is more than five minutes ahead: look at the clocks',
  'signature-wrong': 'it is not signed with the key of a run that takes messages at this address',
}

function takes({ webhook }: TriggeredRun, rest: string): boolean {
  return webhook !== undefined && (rest === '' || webhook.paths.includes(rest))
}

function bodyOf({ headers }: Request, bytes: Uint8Array): JsonObject {
  if (!/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')) {
    throw new ApiError(415, 'request.media-type', 'the body is not sent as `Content-Type: application/json`')
  }
  const body = jsonOf(bytes) as Json // reason: it was parsed as JSON
  if (isJsonObject(body)) return body
  throw new ApiError(400, 'request.invalid', 'the body is no object: it holds the values of inputs by their names')
}

async function answered(
  { start }: TriggerRoutesOptions,
  run: TriggeredRun,
  message: string,
  body: JsonObject,
): Promise<Response> {
  const set = Object.keys(body).filter((name) => Object.hasOwn(run.inputs, name))
  const inputs = { ...body, ...run.inputs }
  const faults = [
    ...set.map((name) => `input \`${name}\` is set by the host`),
    ...inputFaults(run.context, inputs, { areAll: true }),
  ]
  if (faults.length > 0) throw new ApiError(400, 'request.invalid', faults.join('; ').slice(0, 2_000).toWellFormed())
  const id = sameRunId(['webhook', run.name, run.contextFile, message])
  const started = await start({ run, id, inputs, startedBy: { trigger: 'webhook', run: run.name, message } })
  switch (started.kind) {
    case 'started':
      return Response.json({ run: id, started: true }, { status: 202 })
    case 'known':
      return sameAgain(run, started.before.start.inputs, inputs)
        ? Response.json({ run: id, started: false })
        : problem({
            status: 409,
            code: 'webhook.id-taken',
            message: `message \`${message}\` came before with another body, and started run ${id}`,
          })
    case 'refused':
      return busy(503, `run.${started.why}`, started.message, started.why === 'full' ? '10' : '60')
  }
}

/** Whether a message says what one of its id did; defaults stand in the record of the run, too. */
function sameAgain({ context }: TriggeredRun, before: JsonObject, inputs: JsonObject): boolean {
  const presets = Object.entries(context.inputs ?? {}).flatMap(([name, { default: preset }]) =>
    preset === undefined ? [] : [[name, preset] as const],
  )
  return digestOf(before) === digestOf({ ...Object.fromEntries(presets), ...inputs })
}

function busy(status: 429 | 503, code: string, message: string, retryAfter: string): Response {
  return problem({ status, code, message, headers: { 'retry-after': retryAfter } })
}
