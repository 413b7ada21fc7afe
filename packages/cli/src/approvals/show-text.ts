import { type FileChange, lineDifference, type Standing } from '@ecp/host'
import {
  type DifferenceLine,
  type Json,
  type Proof,
  place,
  type Question,
  questionIn,
  type RecordBodies,
} from '@ecp/protocol'
import type { Paint, Style } from '../terminal/paint.ts'
import { visible, visibleJson, visibleLines } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'
import { kindWords } from './find-approval.ts'
import { roughly, stateStyles, termsWords, worthWords } from './words.ts'

export interface Shown {
  readonly standing: Standing
  readonly decided?: RecordBodies['action.decided']
  readonly change?: FileChange
  /** Why there is no change to be shown, where one was looked for. */
  readonly why?: string
}

const marks: Readonly<Record<DifferenceLine['kind'], { readonly mark: string; readonly style?: Style }>> = {
  same: { mark: '  ' },
  removed: { mark: '- ', style: 'bad' },
  added: { mark: '+ ', style: 'good' },
  skipped: { mark: '… ', style: 'quiet' },
}

/** All that a person has to know before they answer. Nothing of it is cut: what is cut off could be what matters. */
export function showText({ standing, decided, change, why }: Shown, paint: Paint, at: number): string {
  const { approval, state, until, client } = standing
  const { noun } = kindWords[approval.kind]
  const question = approval.kind === 'question' && decided ? questionIn(decided.action.arguments) : undefined
  const { kind, arguments: args, extra } = decided?.action ?? {}
  const lines = [
    `${paint('strong', noun)} ${visible(approval.approval)}  ${paint(stateStyles[state], state)}`,
    `${paint('name', visible(approval.target))}${kind === undefined || kind === 'tool.call' ? '' : ` (${kind})`}`,
    `asked by ${client === undefined ? 'a client that is not on record' : visible(client)}, executor ${visible(approval.executor)}, for ${visible(approval.principal)}`,
    `asked ${moment(approval.requestedAt)} (${roughly(at - approval.requestedAt)} ago), open until ${moment(until)}`,
    paint('quiet', `run ${visible(approval.run)}, action ${visible(approval.action)}`),
    ...(approval.usedBy === undefined ? [] : [`used by action ${visible(approval.usedBy)}`]),
    '',
    ...reasonLines(decided, paint),
    `needs ${termsWords(approval.terms, approval.kind)}; ${standing.approvedBy} so far`,
    ...standing.answers.flatMap((answer) => answerLines(answer, paint)),
    '',
    ...(question ? questionLines(question, paint) : argumentLines(decided && JSON.stringify(args, null, 2), paint)),
    ...(extra ? [paint('strong', 'sent with them'), visibleLines(JSON.stringify(extra, null, 2))] : []),
    ...changeLines(change, paint),
    ...(why === undefined ? [] : ['', visible(why)]),
  ]
  return lines.join('\n')
}

function argumentLines(args: string | undefined, paint: Paint): string[] {
  return [
    paint('strong', 'arguments'),
    args === undefined ? '(the record that holds them is missing)' : visibleLines(args),
  ]
}

/** What a person is asked, what they are shown, and what the answer has to be. */
function questionLines({ title, task, show = {}, said, answer }: Question, paint: Paint): string[] {
  const text = (value: Json) => visibleLines(typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  const shown = Object.entries(show).flatMap(([name, value]) => [
    paint('quiet', `from ${visible(name, 120)}:`),
    text(value),
    '',
  ])
  return [
    paint('strong', visible(title)),
    ...(task === undefined ? [] : [visibleLines(task)]),
    '',
    ...shown,
    ...(said ? saidLines(said, paint) : []),
    paint('strong', 'the answer'),
    answerWords(answer),
  ]
}

function answerWords(answer: Question['answer']): string {
  if (answer === undefined) return 'any JSON value'
  const isText = answer.type === 'string' && Object.keys(answer).every((key) => key === 'type' || key === 'minLength')
  return isText ? 'a text' : `JSON that fits ${visibleLines(JSON.stringify(answer, null, 2))}`
}

/** Words from outside, each line marked: none of them can look like one of ecp's own. */
function saidLines({ by, text }: NonNullable<Question['said']>, paint: Paint): string[] {
  const lines = visibleLines(text).split('\n')
  const head = `the agent elsewhere that works as ${visible(by, 120)} asks (its words; the answer goes to it):`
  return [paint('quiet', head), ...lines.map((line) => `${paint('quiet', '|')} ${line}`), '']
}

function reasonLines(decided: Shown['decided'], paint: Paint): string[] {
  return (decided?.decision.reasons ?? []).map(({ code, layer, message, rule }) => {
    const where = rule ? `  ${paint('quiet', visible(place(rule)))}` : ''
    return `${code} (${layer}): ${visible(message)}${where}`
  })
}

const goodSignature: Readonly<Record<Proof['kind'], string>> = {
  unsigned: '',
  ed25519: 'good signature: ',
  webauthn: 'good signature of a passkey: ',
}

function answerLines(
  { by, answer, value, at, note, worth, proof }: Standing['answers'][number],
  paint: Paint,
): string[] {
  const said = answer === 'deny' ? 'denied' : value === undefined ? 'approved' : `answered ${visibleJson(value, 400)}`
  const signed = worth === 'counts' ? goodSignature[proof.kind] : ''
  const worthy = paint(worth === 'counts' ? 'good' : 'bad', `${signed}${worthWords[worth]}`)
  const noted = note === undefined ? '' : `: “${visible(note)}”`
  return [`  ${visible(by)} ${said} ${moment(at)}${noted}  ${worthy}`]
}

function changeLines(change: FileChange | undefined, paint: Paint): string[] {
  if (!change) return []
  const { path, before, after, faults } = change
  const what = before === undefined ? 'would make' : 'would change'
  const head = `${paint('strong', `what it ${what}`)} ${visible(path)}, as it is now`
  const lines = lineDifference(before ?? '', after).map(({ kind, text }) => {
    const { mark, style } = marks[kind]
    return style ? paint(style, `${mark}${visible(text)}`) : `${mark}${visible(text)}`
  })
  return ['', head, ...(lines.length === 0 ? ['nothing'] : lines), ...faults.map((fault) => paint('bad', fault))]
}
