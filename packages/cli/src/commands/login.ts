import { type LoggedIn, logIn, logOut } from '@ecp/host'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { configOptions } from '../host-config.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'

export interface LoginOptions {
  readonly port?: string
  readonly timeout: string
}

/**
 * Signs in at a wired server with a person's help: prints an address to open in a browser, waits for the browser to come back,
 * and keeps the tokens for `ecp mcp` and `ecp serve`. Opens nothing by itself.
 */
export async function login(invocation: Invocation, server: string, options: LoginOptions): Promise<ExitCode> {
  const { terminal, common, environment, now } = invocation
  const port = options.port === undefined ? undefined : whole('--port', options.port, 65_535)
  const timeoutMs = whole('--timeout', options.timeout, 86_400) * 1_000
  const environmentFile = common.environment
  const signal = invocation.interruption()
  const done = await logIn({
    ...configOptions(invocation),
    server,
    env: environment,
    ...(environmentFile === undefined ? {} : { environmentFile }),
    ...(port === undefined ? {} : { port }),
    timeoutMs,
    signal,
    now,
    onWarning: (message) => terminal.err(`ecp: ${visible(message, 1_000)}`),
    onUrl: (url) => {
      terminal.err(`open this address in a browser on this machine to sign in at ${visible(server)}:`)
      // As a whole: it has to be copied.
      terminal.err(visible(url))
      terminal.err(`waiting for the browser to come back, for ${options.timeout} s`)
    },
  }).catch((cause: unknown) => {
    if (signal.aborted) throw new CliError('cli.interrupted', 'interrupted')
    throw cause
  })
  if (common.json) terminal.out(JSON.stringify(done))
  else for (const line of told(done)) terminal.out(line)
  return exitCodes.done
}

/** Forgets the tokens that were kept for a server. */
export async function logout({ terminal, common, home }: Invocation, server: string): Promise<ExitCode> {
  const removed = await logOut({ home, server })
  if (common.json) terminal.out(JSON.stringify({ server, removed }))
  else if (removed)
    terminal.out(`the tokens for ${visible(server)} are removed; what was granted stands at its authorization server`)
  else terminal.out(`there are no tokens for ${visible(server)}`)
  return exitCodes.done
}

function told({ server, issuer, scope, expiresAt, renewable, file }: LoggedIn): string[] {
  const granted = scope === undefined ? '' : `, with the scope ${visible(scope, 400)}`
  const until = expiresAt === undefined ? '' : `; the token holds until ${new Date(expiresAt).toISOString()}`
  const after = renewable ? ' and is renewed by itself' : expiresAt === undefined ? '' : '; after that, sign in again'
  return [
    `signed in at ${visible(server)} by ${visible(issuer, 400)}${granted}${until}${after}`,
    `kept in ${visible(file)}`,
  ]
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text)
  if (/^[0-9]+$/.test(text) && value >= 1 && value <= most) return value
  throw new CliError('cli.usage', `\`${flag}\` is a whole number from 1 to ${most}, and not \`${text}\``)
}
