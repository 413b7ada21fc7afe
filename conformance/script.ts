import type { ModelReply, Models, ModelTurn } from '@ecp/host'

/** A model turn that waits for its reply. */
export interface Asked {
  readonly executor: string
  readonly turn: ModelTurn
  reply(said: Pick<ModelReply, 'text' | 'calls'>): void
}

/** A model whose part is played while the run goes on: each turn waits for whoever plays it. One run at a time. */
export class Script {
  readonly models: Models = {
    generate: (_, turn, { executor, signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        const { estimatedPromptTokens: prompt } = turn
        const reply: Asked['reply'] = ({ text, calls }) => {
          const finish = calls.length > 0 ? 'tool-calls' : 'stop'
          resolve({ text, calls, finish, tokens: { prompt, completion: 1 } })
        }
        this.#player?.({ executor, turn, reply })
      }),
    check: async () => {},
    close: async () => {},
  }
  #player: ((asked: Asked) => void) | undefined

  /** Who plays the turns from now on. */
  playedBy(player: (asked: Asked) => void): void {
    this.#player = player
  }
}
