import type { Tone } from '../../parts/badge.tsx'
import type { Fate } from './call.ts'

/** What became of a call, in a word, with its colour and a sign for where a word is too long. */
export const fateWords: Readonly<Record<Fate, { readonly word: string; readonly tone: Tone; readonly sign: string }>> =
  {
    done: { word: 'allowed', tone: 'allow', sign: '✓' },
    running: { word: 'running', tone: 'quiet', sign: '…' },
    failed: { word: 'failed', tone: 'deny', sign: '!' },
    unknown: { word: 'outcome unknown', tone: 'unknown', sign: '?' },
    denied: { word: 'denied', tone: 'deny', sign: '✗' },
    held: { word: 'held', tone: 'hold', sign: '‖' },
    proposed: { word: 'proposed', tone: 'propose', sign: '✎' },
    rehearsed: { word: 'dry run', tone: 'quiet', sign: '○' },
  }
