import type { RunEvent } from '@ecp/runtime'
import { type Counts, countsOf, noCounts, sum } from './counts.ts'

type Left = Extract<RunEvent, { kind: 'left' }>['left']

/** An executor at its place in a run, as far as the run has come. Names are as they came: nothing here is safe to print. */
export interface RunNode {
  readonly executor: string
  readonly path: string
  /** What a plan asks it to do. */
  readonly task?: string
  /** How many executors it is below. */
  readonly depth: number
  readonly startedAt: number
  endedAt?: number
  failure?: string
  counts: Counts
  /** What it is doing now, by action. */
  readonly doing: Map<string, string>
  /** The end of what its model has said in this turn. */
  text: string
  /** Actions that were not simply performed, the last ones. */
  readonly stopped: Stopped[]
}

export interface Stopped {
  readonly word: StoppedWord
  readonly target: string
}
export type StoppedWord = 'denied' | 'held' | 'proposed' | 'not performed'

const words = { deny: 'denied', hold: 'held', propose: 'proposed' } as const
/** How much (UTF-16 units) of a model's text is kept: more than two lines of any terminal. */
const keptText = 1_000

/** A run as a tree of executors, built from what happens in it. */
export class RunTree {
  /** In the order in which they began, each below who runs it. */
  readonly nodes: RunNode[] = []
  readonly startedAt: number
  /** What the run could still use, and when that was. */
  left: { readonly is: Left; readonly at: number } | undefined
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.startedAt = now()
  }

  get total(): Counts {
    return this.nodes.reduce((total, { counts }) => sum(total, counts), noCounts)
  }

  /** The node that an event is about; none for what belongs to no executor. */
  take(event: RunEvent): RunNode | undefined {
    switch (event.kind) {
      case 'executor-started':
        return this.#begin(event)
      case 'executor-finished': {
        const node = this.#running(event.path)
        if (!node) return undefined
        node.endedAt = this.#now()
        if (event.failure !== undefined) node.failure = event.failure
        node.doing.clear()
        node.text = ''
        return node
      }
      case 'step-started': {
        const node = this.#ofKey(event.key)
        node?.doing.set(event.key, event.step === 'model' ? `asks ${event.target}` : event.target)
        if (node && event.step === 'model') node.text = ''
        return node
      }
      case 'step-finished': {
        const node = this.#ofKey(event.key)
        if (!node) return undefined
        node.doing.delete(event.key)
        node.counts = sum(node.counts, countsOf(event))
        const stopped = stoppedBy(event)
        if (stopped) node.stopped.push(stopped)
        return node
      }
      case 'waiting': {
        const node = this.#ofKey(event.key)
        node?.doing.set(event.key, `${event.target} waits for a person: ecp approvals show ${event.approval}`)
        return node
      }
      case 'text': {
        const node = this.#running(event.path)
        if (node) node.text = `${node.text}${event.piece}`.slice(-keptText)
        return node
      }
      case 'left':
        this.left = this.#leftAfter(event.left)
        return undefined
    }
  }

  /** An action says only what is left of the budgets that it draws on: of the others it is what was said before. */
  #leftAfter(is: Left): RunTree['left'] {
    const at = this.#now()
    const before = this.left
    if (!before) return { is, at }
    const { runtimeMs } = before.is
    const time = runtimeMs === undefined ? {} : { runtimeMs: runtimeMs - (at - before.at) }
    return { is: { ...before.is, ...time, ...is }, at }
  }

  #begin({ executor, path, task }: Extract<RunEvent, { kind: 'executor-started' }>): RunNode {
    const node: RunNode = {
      executor,
      path,
      ...(task === undefined ? {} : { task }),
      depth: path.split('/').length - 1,
      startedAt: this.#now(),
      counts: noCounts,
      doing: new Map(),
      text: '',
      stopped: [],
    }
    // After who runs it and everything that is below that already.
    const above = path.split('/').slice(0, -1).join('/')
    const last = this.nodes.findLastIndex((one) => one.path === above || one.path.startsWith(`${above}/`))
    // What its model said was for this one.
    const parent = this.#running(above)
    if (parent) parent.text = ''
    this.nodes.splice(last < 0 ? this.nodes.length : last + 1, 0, node)
    return node
  }

  #running(path: string): RunNode | undefined {
    return this.nodes.findLast((node) => node.path === path && node.endedAt === undefined)
  }

  /** Keys begin with the path of their executor: the longest that fits is it. */
  #ofKey(key: string): RunNode | undefined {
    let found: RunNode | undefined
    for (const node of this.nodes) {
      if (node.endedAt !== undefined || !key.startsWith(`${node.path}/`)) continue
      if (!found || node.path.length > found.path.length) found = node
    }
    return found
  }
}

/** Where an action was not performed, in a word. */
export function stoppedBy({
  effect,
  status,
  target,
}: Extract<RunEvent, { kind: 'step-finished' }>): Stopped | undefined {
  if (effect !== 'allow') return { word: words[effect], target }
  return status === 'rehearsed' ? { word: 'not performed', target } : undefined
}
