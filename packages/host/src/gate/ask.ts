import { type Action, isJsonObject, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { AskedRequest, CallOptions, ServerRequest } from '../servers/servers.ts'
import { type Entered, enter } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { finish } from './perform.ts'
import { recordable } from './recordable.ts'
import type { PerformOptions } from './request.ts'
import { splitTarget } from './target.ts'
import { withoutEffect } from './without-effect.ts'

const kinds: Readonly<Record<string, 'sampling.create' | 'elicitation.create'>> = {
  'sampling/createMessage': 'sampling.create',
  'elicitation/create': 'elicitation.create',
}

/**
 * The way back: what a server asks of the client while it performs an action is an action of its own, decided and
 * recorded, before the client hears of it. Secrets in what is asked are replaced first, and so are those in the answer.
 */
export function asking(
  options: GateOptions,
  { target: called, executor }: Pick<Action, 'target' | 'executor'>,
  { ask }: Pick<PerformOptions, 'ask'>,
): NonNullable<CallOptions['ask']> {
  const { server } = splitTarget(called)
  return async (request) => {
    if (request.method === 'roots/list') return roots(options, server, request, ask)
    const kind = kinds[request.method]
    if (kind === undefined || !ask) throw refused(server, request, 'nobody can be asked for it here')
    const entered = await enter(
      options,
      { kind, target: server, arguments: request.params, executor, origin: 'gateway' },
      'performed',
    )
    const stopped = withoutEffect(entered)
    if (stopped) throw refused(server, request, `it is ${stopped.status}: ${stopped.error?.code ?? 'denied'}`)
    return perform(options, entered, request, ask)
  }
}

async function perform(
  options: GateOptions,
  entered: Entered,
  request: AskedRequest,
  ask: NonNullable<CallOptions['ask']>,
): Promise<JsonObject> {
  const { action } = entered
  const started = options.now()
  const lasted = () => ({ durationMs: Math.max(0, options.now() - started) })
  try {
    const params = isJsonObject(action.arguments) ? action.arguments : {}
    const result = recordable(options.redactor.json(await ask({ ...request, params })))
    const done = await finish(options, entered, { status: 'completed', ...lasted() }, result)
    if (done.result) return done.result
    throw new HostError('server.asked-in-vain', done.outcome.error?.message ?? 'the answer is no object')
  } catch (cause) {
    const { message } = cause as Error // reason: faces throw only Errors
    const code = cause instanceof HostError ? cause.code : 'client.cannot'
    const error = { code, message: options.redactor.text(message).toWellFormed() }
    await finish(options, entered, { status: 'failed', error, ...lasted() }, undefined)
    throw cause
  }
}

/** Not an action: the wiring alone says whether a server may know the folders that the client works in. */
async function roots(
  options: GateOptions,
  server: string,
  request: AskedRequest,
  ask: CallOptions['ask'],
): Promise<JsonObject> {
  if (!ask || !options.passesRoots(server)) throw refused(server, request, '`passRoots` is not set in its wiring')
  return options.redactor.json(await ask({ ...request, params: options.redactor.json(request.params) }))
}

function refused(server: string, { method }: ServerRequest, why: string): HostError {
  return new HostError('server.asked-in-vain', `server \`${server}\` asked for \`${method}\`, and ${why}`)
}
