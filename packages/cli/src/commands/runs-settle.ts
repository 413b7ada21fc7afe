import { isAlive } from '@ecp/host'
import { type ActionSettled, isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { writeLedger } from '../open-ledger.ts'
import { type UnknownAction, unknownActions } from '../run/unknown-actions.ts'
import { runOf } from '../run-reference.ts'
import { visible } from '../terminal/visible.ts'

export interface SettleOptions {
  readonly happened?: boolean
  readonly didNotHappen?: boolean
  readonly retry?: boolean
  /** With `happened`: what it answered, as JSON. */
  readonly result?: string
  readonly note?: string
}

/** Writes down what a person has found out about a write whose outcome nobody knew. The run then goes on with `ecp resume`. */
export async function runsSettle(
  invocation: Invocation,
  reference: string,
  action: string,
  options: SettleOptions,
): Promise<ExitCode> {
  const { terminal, common, now, user } = invocation
  const as = verdictOf(options)
  const given = resultOf(options)
  await using opened = await writeLedger(invocation)
  const { ledger } = opened
  const { run } = runOf(ledger.runs(), reference)
  // What a dead process left in flight is unknown from here on.
  await ledger.recover(now(), isAlive)
  const found = actionOf(unknownActions(ledger, run), action, run)
  const result = given === undefined ? {} : { result: found.kind === 'tool.call' ? toolResult(given) : objectOf(given) }
  const noted = options.note === undefined ? {} : { note: options.note }
  const body: ActionSettled = { action: found.action, as, by: user, ...noted, ...result }
  await ledger.settleAction(run, now(), body)
  if (common.json) terminal.out(JSON.stringify({ run, ...body }, null, 2))
  else terminal.err(`settled as ${as}: \`${visible(found.target, 120)}\`; \`ecp resume ${run}\` goes on with the run`)
  return exitCodes.done
}

function verdictOf({ happened, didNotHappen, retry, result }: SettleOptions): ActionSettled['as'] {
  const said = (
    [
      ['happened', happened],
      ['did-not-happen', didNotHappen],
      ['retry', retry],
    ] as const
  ).filter(([, is]) => is)
  const [only] = said
  if (!only || said.length > 1)
    throw new CliError('cli.usage', 'say one of `--happened`, `--did-not-happen`, `--retry`')
  if (result !== undefined && only[0] !== 'happened') {
    throw new CliError('cli.usage', '`--result` says what came of something that happened: it goes with `--happened`')
  }
  return only[0]
}

function resultOf({ result }: SettleOptions): Json | undefined {
  if (result === undefined) return undefined
  try {
    return JSON.parse(result) as Json // reason: what JSON.parse returns
  } catch {
    throw new CliError(
      'cli.usage',
      '`--result` is no JSON; a text is written with quotes, as `\'"created ticket 12"\'`',
    )
  }
}

function actionOf(unknown: readonly UnknownAction[], reference: string, run: string): UnknownAction {
  const fits = ({ action, key }: UnknownAction) =>
    key === reference || (reference !== '' && action.startsWith(reference))
  const [only, ...others] = unknown.filter(fits)
  if (only && others.length === 0) return only
  const given = visible(reference, 80)
  if (only) throw new CliError('cli.not-found', `several actions of unknown outcome begin with \`${given}\``)
  const names = unknown.map(({ action, target }) => `\`${action}\` (${visible(target, 80)})`).join(', ')
  const hint = names === '' ? 'it has none' : `it has ${names}`
  throw new CliError('cli.not-found', `no action \`${given}\` of unknown outcome in run \`${run}\`: ${hint}`)
}

/** What a tool answered (MCP `CallToolResult`): as it is, or made of what it comes to. */
function toolResult(value: Json): JsonObject {
  if (isJsonObject(value) && Array.isArray(value.content)) return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { content: [{ type: 'text', text }], ...(isJsonObject(value) ? { structuredContent: value } : {}) }
}

function objectOf(value: Json): JsonObject {
  if (isJsonObject(value)) return value
  throw new CliError('cli.usage', '`--result` has to be a JSON object for this action')
}
