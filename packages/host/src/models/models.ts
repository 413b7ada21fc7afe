import type { ModelReply, ModelTurn } from './turn.ts'

export interface GenerateOptions {
  /** Aborted when whoever asked is gone, or the time is over. */
  readonly signal: AbortSignal
  /** Called with each piece of text as it comes; what was told stands, also where the turn fails after it. */
  onText?(piece: string): void
  /** The executor whose turn it is: recordings are told apart by it. */
  readonly executor: string
}

/** Where model turns come from: wired providers, or a recording. */
export interface Models {
  /**
   * One turn of a model (`provider/model`). Throws `HostError`: `model.failed` where the provider refuses or cannot be reached,
   * `model.protocol` for what cannot be read as a reply, `model.too-large`, `network.refused`, `secret.*`; or the signal's reason.
   */
  generate(target: string, turn: ModelTurn, options: GenerateOptions): Promise<ModelReply>
  /** Whether a turn of this model could be asked for: throws `host.refused` or `secret.*` for what is missing. Asks nobody. */
  check(target: string): Promise<void>
  /** Ends its connections. */
  close(): Promise<void>
}
