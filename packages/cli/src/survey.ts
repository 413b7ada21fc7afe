import { refuseInvalid, type Survey, surveyTools, trust, trustState } from '@ecp/host'
import { configOptions, hostConfig } from './host-config.ts'
import type { Invocation } from './invocation.ts'
import { visible } from './terminal/visible.ts'
import { trustProject } from './trust-project.ts'

/** What the allowed servers say today, after the project was trusted, and how to keep that trust once a lock was written. */
export interface TrustedSurvey {
  readonly surveys: readonly Survey[]
  keepTrust(): Promise<void>
}

/** Asks every allowed server for its tools. Asks a person first where the project is not trusted yet. */
export async function survey(invocation: Invocation): Promise<TrustedSurvey> {
  const { terminal, common, environment, now } = invocation
  const loaded = await hostConfig(invocation)
  refuseInvalid(loaded.diagnostics)
  await trustProject(invocation, loaded, false)
  const before = await trust(loaded, environment)
  terminal.progress('asking the servers for their tools ...')
  const environmentFile = common.environment
  const options = {
    ...configOptions(invocation),
    env: environment,
    ...(environmentFile === undefined ? {} : { environmentFile }),
    now,
    random: Math.random,
    onWarning: (message: string) => terminal.err(`ecp: ${visible(message, 1_000)}`),
  }
  const surveys = await surveyTools(options)
  terminal.progress('')
  const locks = new Set(surveys.map(({ file }) => file))
  const others = (covers: typeof before.covers) => JSON.stringify(covers.filter(({ path }) => !locks.has(path)))
  return {
    surveys,
    // The lock is one of the files that trust is for, and who locks has just trusted the rest, as long as that is the same.
    keepTrust: async () => {
      const state = await trustState(loaded, environment)
      if (!state.trusted && others(state.covers) === others(before.covers)) await trust(loaded, environment)
    },
  }
}
