import type { InitAnswers } from './answers.ts'

export interface NextStep {
  readonly command: string
  readonly why: string
}

export interface Place {
  /** As `--config` names it. */
  readonly config?: string
  readonly context: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What to do after `ecp init`, in order. */
export function nextSteps({ agent, provider, keyVariable }: InitAnswers, place: Place): readonly NextStep[] {
  const { config, environment } = place
  const named = config === undefined ? '' : ` --config ${word(config)}`
  const context = word(place.context)
  const isMissing = keyVariable !== '' && !environment[keyVariable]
  return [
    { command: `ecp validate ${context}${named}`, why: 'whether all of it fits together' },
    ...(config === undefined
      ? [{ command: 'ecp trust', why: 'let this configuration start its servers, after a look at them' }]
      : []),
    ...(isMissing ? [{ command: `export ${keyVariable}=...`, why: 'the key of the provider' }] : []),
    ...(provider === 'none'
      ? [
          {
            command: `ecp mcp --context ${context} --executor ${agent}${named}`,
            why: 'what your agent starts as its MCP server, in place of all others',
          },
        ]
      : [
          { command: `ecp run ${context} --dry-run${named}`, why: 'what it would do; nothing is written' },
          { command: `ecp run ${context} -i task="..."${named}`, why: 'a task of your own' },
        ]),
  ]
}

/** As a shell takes it as one word. */
function word(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
