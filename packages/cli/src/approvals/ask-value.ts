import { answerFault } from '@ecp/host'
import { type AnswerField, answerForm, type Json, type Question } from '@ecp/protocol'
import type { Terminal } from '../terminal/terminal.ts'
import { visible, visibleLines } from '../terminal/visible.ts'

const asShown = 'as shown'
const changed = 'changed'
const none = '(none)'

/**
 * Asks on the terminal for what a question is answered with, field by field where its schema is that simple, as JSON elsewhere, until
 * it fits. Throws `cli.interrupted` on Ctrl-C and when `over` aborts.
 */
export async function askValue(terminal: Terminal, question: Question, over?: AbortSignal): Promise<Json> {
  for (;;) {
    const value = await asked(terminal, question, over)
    const fault = answerFault(question, value)
    if (fault === undefined) return value
    terminal.err(`ecp: this does not answer the question: ${visible(fault, 1_000)}`)
  }
}

async function asked(terminal: Terminal, question: Question, over: AbortSignal | undefined): Promise<Json> {
  const form = answerForm(question)
  if (form.kind === 'json') {
    const problem = (text: string) => (parsed(text) === undefined ? 'this is not JSON' : undefined)
    const text = await terminal.text('Your answer, as JSON', { initial: '', problem, ...(over ? { over } : {}) })
    return parsed(text) ?? null
  }
  const fields = form.kind === 'value' ? [form.field] : form.fields
  const isWhole = fields.every(({ start, isRequired }) => start !== undefined || !isRequired)
  const isShown = isWhole && fields.some(({ start }) => start !== undefined)
  const startsAsShown =
    isShown && (await terminal.choose('Your answer', [asShown, changed], undefined, over)) === asShown
  const values: [string, Json][] = []
  for (const field of fields) {
    const value = startsAsShown ? field.start : await askField(terminal, field, over)
    if (value !== undefined) values.push([field.name, value])
  }
  return form.kind === 'value' ? (values[0]?.[1] ?? '') : Object.fromEntries(values)
}

/** Undefined for one that is left out. */
async function askField(
  terminal: Terminal,
  field: AnswerField,
  over: AbortSignal | undefined,
): Promise<Json | undefined> {
  const { name, kind, choices, description, isRequired, start } = field
  const label = name === '' ? 'Your answer' : visible(name, 60)
  const said = description === undefined ? label : `${label}: ${visible(description, 200)}`
  if (kind === 'choice' || kind === 'boolean') {
    const all = kind === 'boolean' ? ['yes', 'no'] : choices
    const first = start === undefined ? [] : [kind === 'boolean' ? (start === true ? 'yes' : 'no') : String(start)]
    const offered = [...new Set([...first, ...all])]
    const labels = new Map(offered.map((one) => [visible(one, 100), one]))
    const chosen = await terminal.choose(said, [...labels.keys(), ...(isRequired ? [] : [none])], undefined, over)
    const value = labels.get(chosen)
    if (value === undefined) return undefined
    return kind === 'boolean' ? value === 'yes' : value
  }
  const problem = (text: string) => {
    if (text === '' && !isRequired) return undefined
    if (kind === 'text' || numberIn(text, kind) !== undefined) return undefined
    return kind === 'integer' ? 'this is not a whole number' : 'this is not a number'
  }
  const initial = startText(start)
  const text = await terminal.text(isRequired ? said : `${said} (may be empty)`, {
    initial,
    problem,
    ...(over ? { over } : {}),
  })
  if (text === '' && !isRequired) return undefined
  return kind === 'text' ? text : numberIn(text, kind)
}

/** What can be edited on a terminal: text that hides something is not put there as it is. */
function startText(start: AnswerField['start']): string {
  const text = start === undefined ? '' : String(start)
  return visibleLines(text) === text ? text : ''
}

function numberIn(text: string, kind: 'number' | 'integer'): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  const isOne = kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isOne ? value : undefined
}

/** Undefined for what is not JSON. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json // reason: what JSON.parse returns
  } catch {
    return undefined
  }
}
