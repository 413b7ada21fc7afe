import type { Terminal } from '../terminal/terminal.ts'
import {
  agentProblem,
  baseUrlProblem,
  type InitAnswers,
  officialTools,
  providerDefaults,
  providers,
  variableProblem,
  writeModes,
} from './answers.ts'

/** Asks for what the command line does not say. Throws `cli.interrupted` on Ctrl-C. */
export async function askAnswers(
  terminal: Pick<Terminal, 'text' | 'choose' | 'chooseMany'>,
  given: Partial<InitAnswers>,
  defaults: InitAnswers,
): Promise<InitAnswers> {
  const agent =
    given.agent ??
    (await terminal.text('What is the agent called?', { initial: defaults.agent, problem: agentProblem }))
  const provider =
    given.provider ??
    (await terminal.choose('Where do its model turns come from?', inFront(providers, defaults.provider), {
      openai: 'the API of OpenAI',
      anthropic: 'the API of Anthropic',
      ollama: 'models on this machine',
      compatible: 'another API of the same form as that of OpenAI',
      none: 'the agent brings its own model: Claude Code, OpenClaw, Cursor',
    }))
  const implied = providerDefaults[provider]
  const baseUrl =
    provider !== 'compatible'
      ? undefined
      : (given.baseUrl ??
        (await terminal.text('What is the address of its API?', {
          initial: 'http://127.0.0.1:8000/v1',
          problem: baseUrlProblem,
        })))
  const model =
    given.model ??
    (provider === 'none'
      ? ''
      : await terminal.text('Which model?', {
          initial: implied.model,
          problem: (name) => (name.trim() === '' ? 'the name of a model, as its provider has it' : undefined),
        }))
  const keyVariable =
    provider !== 'compatible'
      ? implied.keyVariable
      : await terminal.text('Which environment variable holds its key? Empty: it needs none', {
          initial: '',
          problem: variableProblem,
        })
  const tools =
    given.tools ??
    (await terminal.chooseMany('Which tools?', officialTools, defaults.tools, {
      files: 'read and write files of one folder',
      memory: 'a knowledge graph that it keeps between runs',
    }))
  const folder =
    given.folder ??
    (tools.includes('files')
      ? await terminal.text('Which folder may it see? It is made if it is not there', {
          initial: defaults.folder,
          problem: (path) => (path.trim() === '' ? 'a folder' : undefined),
        })
      : defaults.folder)
  const writes =
    given.writes ??
    (await terminal.choose('What happens to what it writes?', inFront(writeModes, defaults.writes), {
      propose: 'it is written down, and a person applies it later',
      ask: 'it waits until a person approves it',
      execute: 'it is done at once',
      forbid: 'nothing is written',
    }))
  return { agent, provider, model, keyVariable, tools, folder, writes, ...(baseUrl === undefined ? {} : { baseUrl }) }
}

/** A mere Enter means the first. */
function inFront<T>(all: readonly T[], first: T): readonly T[] {
  return [first, ...all.filter((one) => one !== first)]
}
