import type { Approval, RecordedAction } from '@ecp/ledger'
import type { Effect, Outcome } from '@ecp/protocol'
import type { Style } from '../terminal/paint.ts'
import { visible } from '../terminal/visible.ts'

export const effectWords: Readonly<Record<Effect, string>> = {
  allow: 'allowed',
  deny: 'denied',
  hold: 'held',
  propose: 'proposed',
}
export const effectStyles: Readonly<Record<Effect, Style>> = {
  allow: 'good',
  deny: 'bad',
  hold: 'warn',
  propose: 'warn',
}
const statusStyles: Readonly<Record<Outcome['status'], Style>> = {
  completed: 'good',
  failed: 'bad',
  denied: 'bad',
  pending: 'warn',
  proposed: 'warn',
  expired: 'warn',
  cancelled: 'warn',
  unknown: 'bad',
  rehearsed: 'warn',
}

/** What came of an action that was allowed, in a few words, and how that is to be seen. */
export function outcomeWords({ outcome, settled }: RecordedAction): { readonly text: string; readonly style: Style } {
  if (!outcome) return { text: 'in flight', style: 'warn' }
  const { status, durationMs } = outcome
  const took = durationMs === undefined ? '' : ` after ${duration(durationMs)}`
  const style = statusStyles[status]
  if (status === 'completed') return { text: `completed${took.replace('after', 'in')}`, style }
  if (status === 'rehearsed') return { text: 'not performed: dry run', style }
  if (settled) {
    const text = `outcome unknown${took}, settled as ${settled.as} by ${visible(settled.by, 80)}`
    return { text, style: settled.as === 'happened' ? 'good' : 'warn' }
  }
  if (status === 'unknown') return { text: `outcome unknown${took}`, style }
  return { text: `${status}${took}`, style }
}

/** Milliseconds in the unit that a person would say them in. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms * 10) / 10} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return both(minutes, 'min', seconds % 60, 's')
  return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** Milliseconds since the epoch as a date and time in UTC (ISO 8601). Never throws: a damaged ledger can hold any number. */
export function moment(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? `(no time: ${at})` : date.toISOString().replace('T', ' ')
}

/** `3 actions`, `1 action`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `approval ID, used: ada approved (signed), “looks right”`. Whether a signature is good is for `ecp approvals show`. */
export function approvalWords({ kind, approval, state, answers }: Approval, width: number): string {
  const said = answers.map(({ by, answer, proof, note }) => {
    const noted = note === undefined ? '' : `, “${visible(note, 200)}”`
    const signed = proof.kind === 'unsigned' ? 'unsigned' : 'signed'
    return `${visible(by, 80)} ${answer === 'deny' ? 'denied' : kind === 'question' ? 'answered' : 'approved'} (${signed})${noted}`
  })
  const noun = kind === 'hold' ? 'approval' : kind
  return visible(`${noun} ${approval}, ${state}${said.length > 0 ? `: ${said.join('; ')}` : ''}`, width)
}
