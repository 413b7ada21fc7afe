import { visibleText } from '../../../text/visible-text.ts'
import { fateWords } from '../fate-words.ts'
import type { Tally } from '../tally.ts'
import type { GraphNode } from './graph-of.ts'

/** A node in words, for those who do not see it. */
export function nodeWords(node: GraphNode): string {
  const label = visibleText(node.label)
  switch (node.kind) {
    case 'run':
      return `run of ${label}: ${tallyText(node.tally)}`
    case 'executor':
    case 'server':
      return `${node.kind} ${label}: ${tallyText(node.tally)}`
    case 'call':
      return `call ${node.call.number}, ${label}: ${fateWords[node.call.fate].word}`
    case 'calls':
      return `${node.calls.length} calls, ${label}: ${tallyText(node.tally)}`
  }
}

function tallyText(tally: Tally): string {
  return tally.map(({ fate, count }) => `${count} ${fateWords[fate].word}`).join(', ')
}
