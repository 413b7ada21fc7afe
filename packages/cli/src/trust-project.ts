import { type LoadedConfig, trust, trustState } from '@ecp/host'
import type { HostConfig, ServerWiring } from '@ecp/protocol'
import { CliError } from './error.ts'
import type { Invocation } from './invocation.ts'
import { visible } from './terminal/visible.ts'

/**
 * Sees to it that the discovered project configuration is trusted: asks on a terminal, after showing what it would start.
 * Returns whether anything had to be trusted. Throws `cli.declined` where nobody can be asked or the answer is no.
 */
export async function trustProject(invocation: Invocation, loaded: LoadedConfig, yes: boolean): Promise<boolean> {
  const { terminal, environment } = invocation
  const state = await trustState(loaded, environment)
  if (state.trusted) return false
  terminal.err(`${visible(state.reason, 400)}.`)
  for (const line of covered(loaded, state)) terminal.err(line)
  if (!yes) {
    if (!terminal.interactive) {
      throw new CliError('cli.declined', 'not trusted: look at what it would start, then run `ecp trust --yes`')
    }
    if (!(await terminal.confirm('Trust this configuration to start these?'))) {
      throw new CliError('cli.declined', 'not trusted: nothing was started')
    }
  }
  const now = await trust(loaded, environment)
  const shown = JSON.stringify(state.covers)
  if (JSON.stringify(now.covers) !== shown) {
    throw new CliError('cli.declined', 'a file changed while you looked at it: run `ecp trust` again, and look again')
  }
  return true
}

type Coverage = Pick<Awaited<ReturnType<typeof trust>>, 'covers' | 'uncovered'>

function covered({ layers }: LoadedConfig, { covers, uncovered }: Coverage): string[] {
  const wired = layers.find(({ layer }) => layer === 'project')?.document.value.tools?.servers ?? {}
  const servers = Object.entries(wired).map(
    ([name, server]) => `  starts ${visible(name, 80)}: ${whatItStarts(server)}`,
  )
  const letIn = layers
    .filter(({ layer }) => layer === 'project')
    .flatMap(({ document }) => whomItLetsIn(document.value.gateway ?? {}))
  const files = covers.map(({ path, digest }) => `  covers ${visible(path)} (sha-256 ${digest.slice(0, 12)}...)`)
  const others = uncovered.map(({ path, why }) => `  does not cover ${visible(path)}: ${visible(why)}`)
  return [...servers, ...letIn, ...files, ...others]
}

/** Who may connect to `ecp serve`: whoever has these secrets, or a token of these issuers, which are asked for their keys. */
function whomItLetsIn({ clients = {}, issuers = {} }: NonNullable<HostConfig['gateway']>): string[] {
  const secrets = Object.entries(clients).map(
    ([name, { token }]) => `  lets ${visible(name, 80)} connect by ${visible(`${token.provider}:${token.key}`)}`,
  )
  const tokens = Object.entries(issuers).map(([name, { issuer, jwksUri }]) => {
    const keys = jwksUri === undefined ? '' : `, with keys from ${visible(jwksUri)}`
    return `  lets clients of ${visible(name, 80)} connect by tokens of ${visible(issuer)}${keys}`
  })
  return [...secrets, ...tokens]
}

/** The whole command line or address: what is cut off could be what matters. */
function whatItStarts({ transport, credentials }: ServerWiring): string {
  const client = 'oauth' in transport ? transport.oauth?.clientSecret : undefined
  const sources = [...(credentials?.bindings ?? []).map(({ source }) => source), ...(client ? [client] : [])]
  const secrets = sources.map(({ provider, key }) => `${provider}:${key}`)
  const given = secrets.length === 0 ? '' : `, given ${visible(secrets.join(', '))}`
  switch (transport.type) {
    case 'stdio': {
      const words = [transport.command, ...(transport.args ?? [])].map((word) =>
        /^[\w./:@=+-]+$/.test(word) ? word : JSON.stringify(word),
      )
      const folder = transport.cwd === undefined ? '' : ` in ${visible(transport.cwd)}`
      return visible(words.join(' ')) + folder + given
    }
    case 'http':
    case 'sse':
      return visible(transport.url) + given
    case 'external':
      return 'nothing; another program executes its tools'
  }
}
