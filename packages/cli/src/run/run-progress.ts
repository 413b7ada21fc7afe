import type { RunEvent, RunResult } from '@ecp/runtime'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { duration } from '../trace/words.ts'
import { countWords } from './counts.ts'
import { nodeLines, runLines, stoppedStyles } from './run-lines.ts'
import { type RunNode, RunTree, stoppedBy } from './run-tree.ts'

/** How often (ms) the tree is drawn. */
const drawMs = 100

/**
 * A run on stderr while it goes on. On a terminal the tree of its executors is drawn in place, and stays when it is over. Where
 * stderr is piped there is a line for each executor as it begins and ends, indented by its place in the tree, and for each action
 * that is not simply performed.
 */
export class RunProgress {
  readonly #terminal: Terminal
  readonly #now: () => number
  readonly #tree: RunTree
  readonly #timer: NodeJS.Timeout | undefined
  #number = 0

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal
    this.#now = now
    this.#tree = new RunTree(now)
    if (terminal.screen()) this.#timer = setInterval(() => this.#draw(), drawMs)
  }

  told(event: RunEvent): void {
    const node = this.#tree.take(event)
    if (!this.#terminal.screen()) {
      if (node) this.#tell(event, node)
      // What a model says comes in many pieces: the next drawing shows them.
    } else if (event.kind !== 'text') this.#draw()
  }

  end({ status, run }: RunResult): void {
    const { err, paintErr } = this.#terminal
    clearInterval(this.#timer)
    const screen = this.#terminal.screen()
    if (screen) {
      const frame = { ...screen, number: 0, now: this.#now(), paint: paintErr }
      for (const node of this.#tree.nodes) for (const line of nodeLines(node, frame)) err(line)
    }
    const took = duration(this.#now() - this.#tree.startedAt)
    const used = countWords(this.#tree.total)
    err(paintErr('quiet', `run ${run} ${status}: ${used === '' ? '' : `${used}, `}${took}`))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#terminal.progress('')
  }

  #draw(): void {
    const screen = this.#terminal.screen()
    if (!screen) return
    const frame = { ...screen, number: this.#number++, now: this.#now(), paint: this.#terminal.paintErr }
    this.#terminal.progress(runLines(this.#tree, frame))
  }

  #tell(event: RunEvent, node: RunNode): void {
    const { paintErr, err } = this.#terminal
    const indent = '  '.repeat(node.depth)
    const name = visible(node.executor)
    switch (event.kind) {
      case 'executor-started':
        err(`${indent}${paintErr('name', '▸')} ${name}`)
        break
      case 'executor-finished': {
        const mark = node.failure === undefined ? paintErr('good', '✓') : paintErr('bad', '✗')
        const took = duration((node.endedAt ?? node.startedAt) - node.startedAt)
        const used = countWords(node.counts)
        err(`${indent}${mark} ${name}  ${paintErr('quiet', `${used === '' ? '' : `${used}, `}${took}`)}`)
        break
      }
      case 'step-finished': {
        const stopped = stoppedBy(event)
        if (!stopped) break
        const word = paintErr(stoppedStyles[stopped.word], stopped.word)
        err(`${indent}  ${word} ${visible(stopped.target, 200)} ${paintErr('quiet', `(${name})`)}`)
        break
      }
      case 'waiting':
        err(`${indent}  ${visible([...node.doing.values()].at(-1) ?? '', 300)} ${paintErr('quiet', `(${name})`)}`)
        break
      default:
    }
  }
}
