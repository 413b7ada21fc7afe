import type { RunEvent, RunResult } from '@ecp/runtime'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { counted, duration, effectStyles, effectWords } from '../trace/words.ts'

interface Counts {
  turns: number
  calls: number
  tokens: number
  costUsd: number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * A run on stderr while it goes on: a line for each executor as it begins and ends, indented by its place in the tree, and for
 * each action that is not simply allowed; on a terminal below them a line that says what is being done now.
 */
export class RunProgress {
  readonly #terminal: Terminal
  readonly #now: () => number
  readonly #startedAt: number
  readonly #counts = new Map<string, Counts>()
  readonly #started = new Map<string, number>()
  readonly #doing = new Map<string, string>()
  readonly #timer: NodeJS.Timeout
  #frame = 0

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal
    this.#now = now
    this.#startedAt = now()
    this.#timer = setInterval(() => this.#draw(), 100)
  }

  told(event: RunEvent): void {
    const { paintErr } = this.#terminal
    switch (event.kind) {
      case 'executor-started':
        this.#started.set(event.path, this.#now())
        this.#line(event.path, `${paintErr('name', '▸')} ${visible(event.executor)}`)
        break
      case 'executor-finished': {
        const mark = event.failure === undefined ? paintErr('good', '✓') : paintErr('bad', '✗')
        const took = duration(this.#now() - (this.#started.get(event.path) ?? this.#now()))
        this.#line(
          event.path,
          `${mark} ${visible(event.executor)}  ${paintErr('quiet', `${this.#used(event.executor)}${took}`)}`,
        )
        break
      }
      case 'step-started':
        this.#doing.set(event.executor, event.step === 'model' ? `asks ${event.target}` : event.target)
        break
      case 'step-finished':
        this.#doing.delete(event.executor)
        this.#count(event)
        if (event.effect !== 'allow') {
          const word = paintErr(effectStyles[event.effect], effectWords[event.effect])
          this.#terminal.err(
            `  ${word} ${visible(event.target, 200)} ${paintErr('quiet', `(${visible(event.executor)})`)}`,
          )
        }
        break
      case 'waiting':
        this.#doing.set(event.executor, `${event.target} waits for a person: ecp approvals show ${event.approval}`)
        break
      case 'text':
        break
    }
    this.#draw()
  }

  end({ status, run }: RunResult): void {
    const total: Counts = { turns: 0, calls: 0, tokens: 0, costUsd: 0 }
    for (const { turns, calls, tokens, costUsd } of this.#counts.values()) {
      total.turns += turns
      total.calls += calls
      total.tokens += tokens
      total.costUsd += costUsd
    }
    const took = duration(this.#now() - this.#startedAt)
    this.#terminal.err(this.#terminal.paintErr('quiet', `run ${run} ${status}: ${words(total)}${took}`))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#terminal.progress('')
  }

  #line(path: string, text: string): void {
    this.#terminal.err(`${'  '.repeat(path.split('/').length - 1)}${text}`)
  }

  #count({ executor, step, effect, tokens, costUsd = 0 }: Extract<RunEvent, { kind: 'step-finished' }>): void {
    if (effect !== 'allow') return
    const counts = this.#counts.get(executor) ?? { turns: 0, calls: 0, tokens: 0, costUsd: 0 }
    if (step === 'model') counts.turns++
    else counts.calls++
    counts.tokens += (tokens?.prompt ?? 0) + (tokens?.completion ?? 0)
    counts.costUsd += costUsd
    this.#counts.set(executor, counts)
  }

  #used(executor: string): string {
    const counts = this.#counts.get(executor)
    return counts ? words(counts) : ''
  }

  #draw(): void {
    const doing = [...this.#doing].map(([executor, what]) => `${visible(executor, 40)}: ${visible(what, 100)}`)
    if (doing.length === 0) {
      this.#terminal.progress('')
      return
    }
    this.#frame = (this.#frame + 1) % frames.length
    const took = duration(this.#now() - this.#startedAt)
    this.#terminal.progress(
      `${frames[this.#frame]} ${visible(doing.join(' · '), 160)} ${this.#terminal.paintErr('quiet', took)}`,
    )
  }
}

function words({ turns, calls, tokens, costUsd }: Counts): string {
  const parts = [
    ...(turns > 0 ? [counted(turns, 'turn')] : []),
    ...(calls > 0 ? [counted(calls, 'call')] : []),
    ...(tokens > 0 ? [`${tokens} tokens`] : []),
    ...(costUsd > 0 ? [`$${costUsd.toFixed(4)}`] : []),
  ]
  return parts.map((part) => `${part}, `).join('')
}
