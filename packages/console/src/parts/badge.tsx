import type { ApprovalKind, ApprovalState, Effect, OutcomeStatus } from '@ecp/protocol'
import type { ReactNode } from 'react'
import './badge.css'

export type Tone = 'allow' | 'deny' | 'hold' | 'propose' | 'unknown' | 'quiet'

/** One word with a colour. The word says it all: the colour only helps to find it. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>
}

const effects: Readonly<Record<Effect, { readonly tone: Tone; readonly word: string }>> = {
  allow: { tone: 'allow', word: 'allowed' },
  deny: { tone: 'deny', word: 'denied' },
  hold: { tone: 'hold', word: 'held' },
  propose: { tone: 'propose', word: 'proposed' },
}
export function EffectBadge({ effect }: { readonly effect: Effect }) {
  const { tone, word } = effects[effect]
  return <Badge tone={tone}>{word}</Badge>
}

const kinds: Readonly<Record<ApprovalKind, { readonly tone: Tone; readonly word: string }>> = {
  hold: { tone: 'hold', word: 'held' },
  proposal: { tone: 'propose', word: 'proposed' },
  question: { tone: 'hold', word: 'question' },
}
export function KindBadge({ kind }: { readonly kind: ApprovalKind }) {
  const { tone, word } = kinds[kind]
  return <Badge tone={tone}>{word}</Badge>
}

const states: Readonly<Record<ApprovalState, Tone>> = {
  pending: 'hold',
  approved: 'allow',
  denied: 'deny',
  expired: 'quiet',
  cancelled: 'quiet',
  used: 'quiet',
}
export function StateBadge({ state }: { readonly state: ApprovalState }) {
  return <Badge tone={states[state]}>{state}</Badge>
}

const outcomes: Readonly<Record<OutcomeStatus, Tone>> = {
  completed: 'allow',
  failed: 'deny',
  denied: 'deny',
  pending: 'hold',
  proposed: 'propose',
  expired: 'quiet',
  cancelled: 'quiet',
  unknown: 'unknown',
  rehearsed: 'quiet',
}
export function OutcomeBadge({ status }: { readonly status: OutcomeStatus }) {
  return <Badge tone={outcomes[status]}>{status}</Badge>
}
