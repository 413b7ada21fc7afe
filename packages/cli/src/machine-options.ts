import type { MachineOptions, ServerLogEntry } from '@ecp/host'
import { configOptions } from './host-config.ts'
import type { Invocation } from './invocation.ts'

/** What opens this machine's side of the boundary for a command. `log`: lines for people. */
export function machineOptions(invocation: Invocation, log: (line: string) => void): MachineOptions {
  const { common, environment, version } = invocation
  const { traceDir, environment: environmentFile, debug } = common
  return {
    ...configOptions(invocation),
    env: environment,
    version,
    ...(traceDir === undefined ? {} : { traceDir }),
    ...(environmentFile === undefined ? {} : { environmentFile }),
    onWarning: log,
    // What servers say on stderr is theirs; the last of it stands in the error when one fails.
    ...(debug ? { onLog: (entry: ServerLogEntry) => log(`${entry.server}: ${entry.event}: ${entry.message}`) } : {}),
  }
}
