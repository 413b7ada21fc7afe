import { type Machine, newRunId, openMachine } from '@ecp/host'
import { runContext } from '@ecp/runtime'
import type { Loop } from './direct-loop.ts'
import { modelOf, type Shape } from './loop-round.ts'
import { writeRunFiles } from './run-files.ts'

/** Runs of a Context in this process, each of its own, on one machine. */
export async function openEcp(baseURL: string, shapes: readonly Shape[]): Promise<Loop> {
  const files = writeRunFiles(baseURL, shapes.map(modelOf))
  const machine = await openBenchMachine(files)
  return {
    run: (shape) => runOn(machine, files.single, modelOf(shape)),
    async close() {
      await machine.close()
      files.remove()
    },
  }
}

export function openBenchMachine({ folder, home, config }: ReturnType<typeof writeRunFiles>): Promise<Machine> {
  return openMachine({
    cwd: folder,
    home,
    machineFile: `${folder}/none`,
    configFile: config,
    traceDir: `${folder}/ledger`,
    env: { PATH: process.env.PATH },
    version: '0.0.0',
  })
}

export async function runOn(machine: Machine, contextFile: string, model: string): Promise<void> {
  const run = newRunId(Date.now())
  const host = await machine.admit({
    contextFile,
    inputs: {},
    client: 'ecp run',
    principal: 'bench',
    run,
    override: { model },
  })
  try {
    const { status, failure } = await runContext({ host, run })
    if (status !== 'completed') throw new Error(`the run is ${status}: ${failure?.message}`)
  } finally {
    await host.close()
  }
}
