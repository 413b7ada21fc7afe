/** Who asks for model turns: a provider of `ecp run`, or an agent that brings a model of its own. */
export const providers = ['openai', 'anthropic', 'ollama', 'compatible', 'none'] as const
export type ProviderChoice = (typeof providers)[number]

/** What happens to what the agent writes. */
export const writeModes = ['propose', 'ask', 'execute', 'forbid'] as const
export type WriteMode = (typeof writeModes)[number]

export const officialTools = ['files', 'memory'] as const
export type OfficialTool = (typeof officialTools)[number]

/** What `ecp init` has to know. */
export interface InitAnswers {
  /** Of its executor and its Context. */
  readonly agent: string
  readonly provider: ProviderChoice
  /** Of that provider; '' with `none`. */
  readonly model: string
  /** Of a `compatible` provider. */
  readonly baseUrl?: string
  /** The environment variable that holds the provider's key; '' where it needs none. */
  readonly keyVariable: string
  readonly tools: readonly OfficialTool[]
  /** What the files server may reach: relative to the folder of the configuration, or absolute. */
  readonly folder: string
  readonly writes: WriteMode
}

/** What each provider implies. */
export const providerDefaults: Readonly<Record<ProviderChoice, Pick<InitAnswers, 'model' | 'keyVariable'>>> = {
  openai: { model: 'gpt-5-mini', keyVariable: 'OPENAI_API_KEY' },
  anthropic: { model: 'claude-sonnet-4-5', keyVariable: 'ANTHROPIC_API_KEY' },
  ollama: { model: 'qwen3', keyVariable: '' },
  compatible: { model: '', keyVariable: '' },
  none: { model: '', keyVariable: '' },
}

/** What an agent may be called. Undefined, or what is wrong with it. */
export function agentProblem(name: string): string | undefined {
  return /^[a-z][a-z0-9-]{0,40}$/.test(name) ? undefined : 'small letters, digits and hyphens, beginning with a letter'
}

/** The same for the address of an API. */
export function baseUrlProblem(url: string): string | undefined {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isHttp) return 'an address such as https://models.example/v1'
  const { username, password } = new URL(url)
  return username === '' && password === ''
    ? undefined
    : 'without a user name or a password: keys are named, never written'
}

/** The same for the name of an environment variable that holds a key. */
export function variableProblem(name: string): string | undefined {
  if (name === '' || /^[A-Z_][A-Z0-9_]{0,60}$/.test(name)) return undefined
  return 'the name of an environment variable such as MODEL_API_KEY, not the key itself; empty for none'
}
