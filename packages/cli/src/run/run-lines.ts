import type { Paint, Style } from '../terminal/paint.ts'
import { columnsOf, cut, visible } from '../terminal/visible.ts'
import { duration } from '../trace/words.ts'
import { countWords } from './counts.ts'
import { leftWords } from './left-words.ts'
import type { RunNode, RunTree, StoppedWord } from './run-tree.ts'

export interface Frame {
  readonly columns: number
  readonly rows: number
  /** Counts up with every drawing. */
  readonly number: number
  readonly now: number
  readonly paint: Paint
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
export const stoppedStyles: Readonly<Record<StoppedWord, Style>> = {
  denied: 'bad',
  held: 'warn',
  proposed: 'warn',
  'not performed': 'warn',
}
/** On fewer columns than these there is no room for what an executor was asked to do. */
const fewColumns = 60
/** How many stopped actions of an executor, and how many lines of its model's text, are shown. */
const shownStopped = 3
const shownText = 2

/**
 * A run as it is drawn on a terminal: the tree, and below it what it used and what is left. Every line fits the columns, and all of
 * them the rows: where there are too many, those that are over are left out first, and their number is said.
 */
export function runLines(tree: RunTree, frame: Frame): string[] {
  const foot = footLines(tree, frame)
  const room = Math.max(1, frame.rows - foot.length - 1)
  const blocks = tree.nodes.map((node) => ({ node, lines: nodeLines(node, frame) }))
  let count = blocks.reduce((all, { lines }) => all + lines.length, 0)
  let hidden = 0
  const left = new Set(blocks)
  for (const block of [...blocks.filter(({ node }) => node.endedAt !== undefined), ...blocks]) {
    if (count + (hidden > 0 ? 1 : 0) <= room) break
    if (!left.delete(block)) continue
    count -= block.lines.length
    hidden++
  }
  const more = hidden > 0 ? [fit(`… ${hidden} more`, 'quiet', frame)] : []
  return [...more, ...blocks.filter((block) => left.has(block)).flatMap(({ lines }) => lines), ...foot]
}

/** One executor: what it did or is doing, and below it what was stopped and what its model says. */
export function nodeLines(node: RunNode, frame: Frame): string[] {
  const { columns, paint, now } = frame
  const indent = '  '.repeat(Math.min(node.depth, Math.floor(columns / 8)))
  const isOver = node.endedAt !== undefined
  const sign = isOver ? (node.failure === undefined ? '✓' : '✗') : (spinner[frame.number % spinner.length] ?? '·')
  const style: Style = isOver ? (node.failure === undefined ? 'good' : 'bad') : 'name'
  const name = visible(node.executor, Math.max(8, Math.floor(columns / 2)))
  const used = countWords(node.counts)
  const took = duration((node.endedAt ?? now) - node.startedAt)
  const doing = [...node.doing.values()].map((what) => visible(what, 200))
  const what = (isOver ? [used, took] : [...doing, used]).filter((part) => part !== '').join(isOver ? ', ' : ' · ')
  const task =
    node.task === undefined || columns < fewColumns
      ? ''
      : cut(visible(node.task.replaceAll(/\s+/g, ' '), columns), Math.floor(columns / 3))
  const rest = cut(
    [task, what].filter((part) => part !== '').join(' · '),
    Math.max(0, columns - 1 - columnsOf(indent) - columnsOf(name) - 4),
  )
  const head = `${indent}${paint(style, sign)} ${name}${rest === '' ? '' : `  ${paint('quiet', rest)}`}`
  const below = `${indent}    `
  const room = Math.max(1, columns - 1 - columnsOf(below))
  const stopped = node.stopped.slice(-shownStopped).map(({ word, target }) => {
    return `${below}${paint(stoppedStyles[word], cut(word, room))} ${visible(target, Math.max(1, room - word.length - 1))}`
  })
  const earlier = node.stopped.length - shownStopped
  return [
    head,
    ...(earlier > 0 ? [fit(`${below}… ${earlier} more`, 'quiet', frame)] : []),
    ...stopped,
    ...textLines(node.text, room).map((line) => `${below}${paint('quiet', line)}`),
  ]
}

/** The last lines of a text, each its end where it is too long: that is where a model writes on. */
function textLines(text: string, room: number): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.slice(-shownText).map((line) => tail(visible(line), room))
}

function tail(text: string, room: number): string {
  if (columnsOf(text) <= room) return text
  const kept: string[] = []
  let columns = 1
  for (const character of [...text].reverse()) {
    columns += columnsOf(character)
    if (columns > room) break
    kept.push(character)
  }
  return `…${kept.reverse().join('')}`
}

function footLines(tree: RunTree, frame: Frame): string[] {
  const used = countWords(tree.total)
  const left = leftWords(tree, frame.now)
  const took = duration(frame.now - tree.startedAt)
  return [
    fit([took, used].filter((part) => part !== '').join(' · '), 'quiet', frame),
    ...(left === '' ? [] : [fit(`left: ${left}`, 'quiet', frame)]),
  ]
}

function fit(text: string, style: Style, { columns, paint }: Frame): string {
  return paint(style, cut(text, columns - 1))
}
