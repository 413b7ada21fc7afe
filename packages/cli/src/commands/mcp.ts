import { type Host, openHost } from '@ecp/host'
import { type NameStyle, serveMcpStdio } from '@ecp/server'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { refuseUnknownExecutor } from '../known-executor.ts'
import { machineOptions } from '../machine-options.ts'
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
  const host = await openHost({
    ...machineOptions(invocation, log),
    contextFile: options.context,
    inputs: await inputValues(invocation, options),
    client: options.client,
    principal: invocation.user,
  })
  try {
    refuseUnknownExecutor(options.context, options.executor, host.executors)
    return host
  } catch (cause) {
    await host.close()
    throw cause
  }
}
