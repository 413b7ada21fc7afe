import { type Host, openHost, type ServerLogEntry } from '@ecp/host'
import { type NameStyle, serveMcpStdio } from '@ecp/server'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { configOptions } from '../host-config.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { refuseUnknownExecutor } from '../known-executor.ts'
import { visible } from '../terminal/visible.ts'

export interface McpOptions extends InputOptions {
  readonly context: string
  readonly executor: string
  readonly names: NameStyle
  /** Named by whoever writes the agent's settings, never by the agent: a new name is a new budget. */
  readonly client: string
}

/**
 * Serves one executor of a Context to the MCP client on stdin and stdout, until the client closes them or the process is
 * told to stop; what was in flight is cancelled and recorded then. Everything for people goes to stderr.
 */
export async function mcp(invocation: Invocation, options: McpOptions): Promise<ExitCode> {
  const { terminal, input, output, version } = invocation
  const log = (line: string) => terminal.err(`ecp: ${visible(line, 1_000)}`)
  const host = await open(invocation, options, log)
  const interruption = invocation.interruption()
  const stop = () => input.destroy()
  interruption.addEventListener('abort', stop, { once: true })
  try {
    if (!interruption.aborted) {
      await serveMcpStdio({ host, executor: options.executor, names: options.names, version, input, output, log })
    }
  } finally {
    await host.close()
  }
  return interruption.aborted ? exitCodes.interrupted : exitCodes.done
}

async function open(invocation: Invocation, options: McpOptions, log: (line: string) => void): Promise<Host> {
  const { common, user, environment, version } = invocation
  const { traceDir, environment: environmentFile, debug } = common
  const host = await openHost({
    ...configOptions(invocation),
    contextFile: options.context,
    inputs: await inputValues(invocation, options),
    client: options.client,
    principal: user,
    env: environment,
    version,
    ...(traceDir === undefined ? {} : { traceDir }),
    ...(environmentFile === undefined ? {} : { environmentFile }),
    onWarning: log,
    // What servers say on stderr is theirs; the last of it stands in the error when one fails.
    ...(debug ? { onLog: (entry: ServerLogEntry) => log(`${entry.server}: ${entry.event}: ${entry.message}`) } : {}),
  })
  try {
    refuseUnknownExecutor(options.context, options.executor, host.executors)
    return host
  } catch (cause) {
    await host.close()
    throw cause
  }
}
