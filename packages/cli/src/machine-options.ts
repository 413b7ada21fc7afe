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
    // A server that fails has fewer tools, and nobody else would say why. What it says on stderr stands in the message.
    onLog: ({ level, server, event, message }: ServerLogEntry) => {
      if (debug || level !== 'info') log(`${server}: ${event}: ${message}`)
    },
  }
}
