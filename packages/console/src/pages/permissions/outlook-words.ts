import type { Outlook } from '@ecp/protocol'
import type { Tone } from '../../parts/badge.tsx'

/** What would happen to a call, in a word, with its colour and a sign. */
export const outlookWords: Readonly<
  Record<Outlook, { readonly word: string; readonly tone: Tone; readonly sign: string; readonly means: string }>
> = {
  allowed: { word: 'allowed', tone: 'allow', sign: '✓', means: 'it runs' },
  conditional: { word: 'depends', tone: 'quiet', sign: '?', means: 'its arguments decide' },
  held: { word: 'held', tone: 'hold', sign: '‖', means: 'it waits for a person' },
  proposed: { word: 'proposed', tone: 'propose', sign: '✎', means: 'a person may apply it' },
  denied: { word: 'denied', tone: 'deny', sign: '✗', means: 'it never runs' },
}
export const outlooks = Object.keys(outlookWords) as Outlook[] // reason: the keys of a record over all of them
