import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import {
  agentProblem,
  baseUrlProblem,
  type InitAnswers,
  type ProviderChoice,
  providerDefaults,
} from '../init/answers.ts'
import { askAnswers } from '../init/ask-answers.ts'
import { configText } from '../init/config-text.ts'
import { contextText } from '../init/context-text.ts'
import { nextSteps } from '../init/next-steps.ts'
import { alreadyThere, writeNew } from '../init/write-new.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'

export interface InitOptions {
  readonly yes?: boolean
  readonly name?: string
  readonly provider?: ProviderChoice
  readonly baseUrl?: string
  readonly model?: string
  readonly folder?: string
}

/**
 * Writes a host configuration and a Context that are valid and run as they are, and says what to do next. Replaces no file: throws
 * `cli.exists`. Throws `cli.usage` where it would have to ask and nobody is there.
 */
export async function init(invocation: Invocation, options: InitOptions): Promise<ExitCode> {
  const { common, terminal, cwd, environment } = invocation
  const config = resolve(cwd, common.config ?? 'ecp.config.yaml')
  const folder = dirname(config)
  const given = givenBy(options)
  for (const file of [config, ...(common.config === undefined ? [join(cwd, 'ecp.config.json')] : [])]) {
    if (existsSync(file)) throw alreadyThere(file)
  }
  const defaults = defaultAnswers(environment, given)
  const answers = options.yes ? { ...defaults, ...given } : await asked(invocation, given, defaults)
  if (answers.provider === 'compatible' && answers.baseUrl === undefined) {
    throw new CliError('cli.usage', 'a compatible provider has no address of its own: add `--base-url URL`')
  }
  if (answers.provider !== 'none' && answers.model === '') {
    throw new CliError('cli.usage', `\`${answers.provider}\` has no model of its own: add \`--model NAME\``)
  }
  const context = join(folder, `${answers.agent}.yaml`)
  if (existsSync(context)) throw alreadyThere(context)
  if (answers.tools.includes('files')) {
    const seen = resolve(folder, answers.folder)
    await makeFolder(seen, answers.folder)
    if (!relative(seen, config).startsWith('..')) {
      terminal.err(`ecp: the agent can see \`${visible(config)}\` itself, because it is in its folder`)
    }
  }
  await writeNew(config, configText(answers, folder))
  await writeNew(context, contextText(answers))
  const files = [config, context]
  const next = nextSteps(answers, {
    ...(common.config === undefined ? {} : { config: common.config }),
    context: relative(cwd, context),
    environment,
  })
  if (common.json) terminal.out(JSON.stringify({ files, next: next.map(({ command }) => command) }))
  else {
    for (const file of files) terminal.out(`wrote ${visible(file)}`)
    terminal.out('next:')
    for (const { command, why } of next) terminal.out(`  ${terminal.paint('name', visible(command))}  ${why}`)
  }
  return exitCodes.done
}

async function asked(
  { terminal }: Invocation,
  given: Partial<InitAnswers>,
  defaults: InitAnswers,
): Promise<InitAnswers> {
  if (terminal.interactive) return askAnswers(terminal, given, defaults)
  throw new CliError(
    'cli.usage',
    '`ecp init` asks on a terminal, and here is none: `ecp init --yes` takes the defaults',
  )
}

function givenBy({ name, provider, baseUrl, model, folder }: InitOptions): Partial<InitAnswers> {
  const problems = [
    name === undefined ? undefined : wrong('--name', name, agentProblem(name)),
    baseUrl === undefined ? undefined : wrong('--base-url', baseUrl, baseUrlProblem(baseUrl)),
  ]
  const problem = problems.find((one) => one !== undefined)
  if (problem !== undefined) throw new CliError('cli.usage', problem)
  if (baseUrl !== undefined && provider !== 'compatible') {
    throw new CliError('cli.usage', '`--base-url` is for `--provider compatible`')
  }
  return {
    ...(name === undefined ? {} : { agent: name }),
    ...(provider === undefined ? {} : { provider }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(model === undefined ? {} : { model }),
    ...(folder === undefined ? {} : { folder }),
  }
}

function wrong(flag: string, value: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `\`${flag} ${visible(value, 80)}\`: ${problem}`
}

/** The provider whose key is at hand. */
function defaultAnswers(environment: Invocation['environment'], { provider }: Partial<InitAnswers>): InitAnswers {
  const hasOnlyAnthropic = Boolean(environment.ANTHROPIC_API_KEY) && !environment.OPENAI_API_KEY
  const chosen = provider ?? (hasOnlyAnthropic ? 'anthropic' : 'openai')
  return {
    agent: 'assistant',
    provider: chosen,
    ...providerDefaults[chosen],
    tools: ['files'],
    // Not this folder itself: an agent that could write here could write what it is allowed.
    folder: 'workspace',
    writes: 'propose',
  }
}

async function makeFolder(path: string, named: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // reason: fs throws only system errors
    throw new CliError('cli.refused', `the folder \`${named}\` cannot be made (${code})`)
  }
}
