import { type RecordedAction, type RecordedNote, type RecordedRun, resultWords } from '@ecp/ledger'
import { isJsonObject, place, type Reason } from '@ecp/protocol'
import type { Paint } from '../terminal/paint.ts'
import { visible, visibleJson } from '../terminal/visible.ts'
import { approvalWords, counted, duration, effectStyles, effectWords, moment, outcomeWords } from './words.ts'

const indent = '      '

/**
 * A run as a person would tell it: who and what for, then each action in order with its decision, every reason and the
 * place of its rule, and what came of it. `width`: columns to which lines of unknown length are cut.
 */
export function traceText(run: RecordedRun, paint: Paint, width: number): string {
  const steps = [
    ...run.actions.map((action, at) => ({
      at: action.action.at,
      lines: actionLines(action, at + 1, run, paint, width),
    })),
    ...run.notes.map((note) => ({ at: note.at, lines: noteLines(note, run, paint, width) })),
  ].sort((a, b) => a.at - b.at)
  return [...headLines(run, paint), ...steps.flatMap(({ lines }) => ['', ...lines]), '', tally(run, paint)].join('\n')
}

function headLines(run: RecordedRun, paint: Paint): string[] {
  const { start } = run
  const id = `${paint('strong', 'run')} ${visible(run.run, 80)}`
  const ended =
    run.endedAt === undefined
      ? 'not ended'
      : `${visible(run.status, 40)} after ${duration(run.endedAt - run.startedAt)}`
  if (!start) return [id, `started ${moment(run.startedAt)}, ${ended}`]
  const { context, executor, principal, client, strategy, versions, inputs, rehearsal } = start
  return [
    id,
    `${paint('name', visible(context.name, 80))} ${visible(context.version, 40)}, executor ${paint('name', visible(executor, 80))}, strategy ${visible(strategy, 40)}`,
    `for ${visible(principal, 80)} through ${visible(client, 80)}`,
    `started ${moment(run.startedAt)} with ecp ${visible(versions.ecp, 40)}, ${ended}`,
    ...(rehearsal ? ['a dry run: only reads and model turns were performed'] : []),
    ...(Object.keys(inputs).length === 0 ? [] : [`inputs ${visibleJson(inputs, 200)}`]),
    paint('quiet', `context ${visible(context.digest, 64)}, policy ${visible(start.policyDigest, 64)}`),
  ]
}

function actionLines(action: RecordedAction, number: number, run: RecordedRun, paint: Paint, width: number): string[] {
  const { kind, target, arguments: args, at, origin } = action.action
  const what = kind === 'tool.call' ? '' : `${kind} `
  const head = `${String(number).padStart(4)}  ${paint('quiet', `+${duration(at - run.startedAt)}`)}  ${what}${paint('name', visible(target, 120))}`
  const from = origin === 'gateway' ? '' : paint('quiet', `  from ${origin}`)
  return [
    head + from,
    `${indent}${visibleJson(args, width - indent.length)}`,
    ...decisionLines(action, paint, width),
    ...action.approvals.map((one) => `${indent}  ${approvalWords(one, Math.max(80, width - indent.length - 2))}`),
    ...outcomeLines(action, paint, width),
  ]
}

function decisionLines({ decision, enforcement }: RecordedAction, paint: Paint, width: number): string[] {
  const { effect, acts, reasons, approval } = decision
  const advice = advices[enforcement]
  const verdict = `${indent}${paint(effectStyles[effect], effectWords[effect])} ${paint('quiet', `(${acts === 'neither' ? 'neither reads nor writes' : acts}${advice})`)}`
  const terms = approval
    ? [
        `${indent}  needs ${counted(approval.quorum, 'approval')}${approval.approvers.length > 0 ? ` from ${visible(approval.approvers.join(', '), 120)}` : ''} within ${duration(approval.expiresAfter)}`,
      ]
    : []
  return [verdict, ...reasons.map((reason) => reasonLine(reason, paint, width)), ...terms]
}

const advices: Readonly<Record<RecordedAction['enforcement'], string>> = {
  performed: '',
  authorized: ', for another program to carry out',
  rehearsed: ', in a dry run',
}

function reasonLine(reason: Reason, paint: Paint, width: number): string {
  const where = reason.rule ? `  ${paint('quiet', visible(place(reason.rule), 200))}` : ''
  const code = `${indent}  ${reason.code} (${reason.layer}): `
  return `${code}${visible(reason.message, Math.max(40, width - code.length))}${where}`
}

function outcomeLines(action: RecordedAction, paint: Paint, width: number): string[] {
  const { outcome, decision } = action
  if (decision.effect !== 'allow') return []
  const { text, style } = outcomeWords(action)
  const detail = outcome?.error
    ? `: ${outcome.error.code}: ${visible(outcome.error.message, width - indent.length)}`
    : outcome?.result === undefined
      ? ''
      : `: ${visible(resultWords(outcome.result), Math.max(40, width - indent.length - text.length - 2))}`
  return [`${indent}${paint(style, text)}${detail}`]
}

function noteLines({ at, kind, body }: RecordedNote, run: RecordedRun, paint: Paint, width: number): string[] {
  const said = isJsonObject(body) && Object.keys(body).length > 0 ? ` ${visibleJson(body, width - 30)}` : ''
  return [`   ·  ${paint('quiet', `+${duration(at - run.startedAt)}`)}  ${kind}${said}`]
}

/** `5 actions: 3 allowed, 2 denied` */
function tally({ actions }: RecordedRun, paint: Paint): string {
  const parts = (['allow', 'deny', 'hold', 'propose'] as const)
    .map((effect) => ({ effect, count: actions.filter(({ decision }) => decision.effect === effect).length }))
    .filter(({ count }) => count > 0)
    .map(({ effect, count }) => paint(effectStyles[effect], `${count} ${effectWords[effect]}`))
  return `${counted(actions.length, 'action')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`
}
