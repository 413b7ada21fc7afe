import { type Machine, newRunId } from '@ecp/host'
import { type ActionKind, type ExecutorNode, executorsOf, isJsonObject, type Json } from '@ecp/protocol'
import { type RunResult, runContext } from '@ecp/runtime'
import type { Caller, Told } from './caller.ts'
import type { Case } from './case.ts'
import type { Seat } from './gateway.ts'
import type { Asked, Script } from './script.ts'

interface RunCallerOptions {
  readonly machine: Machine
  readonly script: Script
  readonly seat: Seat
  readonly principal: string
  readonly one: Case
}

/**
 * A run of the case's Context, whose model asks for the case's actions: one call a turn. Executors above the one that acts make
 * plans that lead to it. An action of kind `model.generate` is that executor's own first turn.
 */
export class RunCaller implements Caller {
  readonly #executor: string
  readonly #way: readonly ExecutorNode[]
  readonly #planned = new Set<string>()
  #asked: Asked | undefined
  #result: RunResult | undefined
  #failure: unknown
  #wake = () => {}

  private constructor(executor: string, nodes: readonly ExecutorNode[]) {
    this.#executor = executor
    const above = (name: string | undefined): ExecutorNode[] => {
      const node = nodes.find((one) => one.name === name)
      return node ? [...above(node.parent), node] : []
    }
    this.#way = above(executor)
  }

  /** Returns when the executor's first turn is asked for, or the run is over. Throws where it did not start. */
  static async started({ machine, script, seat, principal, one }: RunCallerOptions): Promise<RunCaller> {
    const { contextFile, executor } = seat
    const run = newRunId(Date.now())
    const { kind, target } = one.action
    const [provider, model] = (kind === 'model.generate' ? target : scriptedModel).split('/', 2)
    const override = { ...(provider && { provider }), ...(model && { model }) }
    const host = await machine.admit({ contextFile, inputs: {}, client: 'ecp run', principal, run, override })
    const caller = new RunCaller(executor, executorsOf(host.manifest))
    script.playedBy((asked) => caller.#play(asked))
    void runContext({ host, run })
      .then(
        (result) => {
          caller.#result = result
        },
        (cause) => {
          caller.#failure = cause
        },
      )
      .finally(() => host.close())
      .finally(() => caller.#wake())
    await caller.#next()
    return caller
  }

  shows(target: string): boolean {
    return this.#asked?.turn.tools?.some(({ name }) => name === target) ?? false
  }

  /** What the model is told of it in its next turn; nothing where the run is over before that. */
  async call(target: string, args: Json, { kind }: Case['action']): Promise<Told> {
    // What a run does of itself it has done by now, or has come to its end by.
    if (kind === 'model.generate' || kind === 'human.ask') return { isError: this.#asked === undefined }
    const tool = kind === undefined ? target : toolOf(kind, target)
    const isOffered = this.shows(tool)
    const fault = isOffered ? {} : { fault: 'there is no tool of this name that you may call' }
    this.#reply('', [{ id: 'call', tool, arguments: args, ...fault }])
    await this.#next()
    const last = this.#asked?.turn.messages.at(-1)
    const [result] = last?.role === 'tool' ? last.results : []
    return result ? { isError: result.isError === true, text: result.text } : { isError: true }
  }

  async close(): Promise<void> {
    while (!this.#result && !this.#failure) {
      this.#reply('Done.', [])
      await this.#next()
    }
  }

  #reply(...[text, calls]: [string, Parameters<Asked['reply']>[0]['calls']]): void {
    const asked = this.#asked
    this.#asked = undefined
    asked?.reply({ text, calls })
  }

  /** The executor's next turn, or the end of the run. */
  async #next(): Promise<void> {
    if (!this.#asked && !this.#result && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure) throw this.#failure
  }

  #play(asked: Asked): void {
    if (asked.executor === this.#executor) {
      this.#asked = asked
      this.#wake()
      return
    }
    const below = this.#way[this.#way.findIndex(({ name }) => name === asked.executor) + 1]
    const isFirst = !this.#planned.has(asked.executor)
    this.#planned.add(asked.executor)
    const plan = below && isFirst ? { delegate: [{ executor: below.name, task: 'Do it.' }] } : 'Done.'
    asked.reply({ text: isJsonObject(plan) ? JSON.stringify(plan) : plan, calls: [] })
  }
}

/** How a model asks for an action on a store: by the tool that the target names, or by one of its kind. */
function toolOf(kind: ActionKind, target: string): string {
  const named = target.split('/')[2]
  if (named !== undefined && kind.startsWith('memory.')) return `ecp:memory/${named}`
  if (kind === 'memory.read') return 'ecp:memory/search'
  return kind === 'memory.write' ? 'ecp:memory/store' : target
}

/** The model that every gateway's machine wires beside what a case says. */
export const scriptedModel = 'scripted/m'
