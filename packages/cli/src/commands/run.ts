import { newRunId } from '@ecp/host'
import type { ExitCode } from '../exit-code.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { type CarryOptions, carryRun } from '../run/carry-run.ts'

export interface RunCommandOptions extends InputOptions, CarryOptions {
  readonly provider?: string
  readonly model?: string
}

/** Runs a Context from its start, see `carryRun`. */
export async function run(invocation: Invocation, context: string, options: RunCommandOptions): Promise<ExitCode> {
  const { now, user } = invocation
  const { provider, model, dryRun, recorded } = options
  const inputs = await inputValues(invocation, options)
  const override = { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) }
  const asked = Object.keys(override).length > 0 ? { override } : {}
  return carryRun(invocation, options, [{ contextFile: context, inputs }], async (machine) => {
    const id = newRunId(now())
    const how = { rehearsal: dryRun === true, recorded: recorded !== undefined, ...asked }
    const own = { client: 'ecp run', principal: user, run: id, ...how }
    return { run: id, host: await machine.admit({ contextFile: context, inputs, ...own }) }
  })
}
