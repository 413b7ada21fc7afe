import { checkDomains } from '../../context/check/reach.ts'
import { duplicates } from '../../context/check/scope.ts'
import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { quote } from '../../document/quote.ts'
import { holdsSecret } from '../../document/sensitive.ts'
import type { HostConfig } from '../config.ts'
import type { SecretBinding, ServerWiring } from '../wiring.ts'
import { nameLoadsCode } from './environment.ts'
import { checkDefinitions } from './external.ts'
import { checkRemote } from './remote.ts'

/** setTimeout takes no more (2^31 - 1 ms): what is above it would fire at once. */
const maxTimeoutMs = 2_147_483_647

/** That servers can be started as they are written, and get their secrets in a way that their transport has. */
export function* checkServers(config: HostConfig): Iterable<Fault> {
  for (const [name, server] of Object.entries(config.tools?.servers ?? {})) {
    const path = ['tools', 'servers', name]
    yield* checkTransport(server, [...path, 'transport'])
    yield* checkBindings(server, [...path, 'credentials', 'bindings'])
    yield* checkTimeouts(server, path)
    yield* checkSandbox(server, [...path, 'sandbox'])
    yield* checkRemote(server, path)
    yield* checkDefinitions(server, [...path, 'tools'])
  }
}

function* checkTransport({ transport, unsafeEnv }: ServerWiring, path: Path): Iterable<Fault> {
  if (transport.type === 'stdio') {
    if (transport.command.trim() === '') {
      yield { code: 'wrong-value', path: [...path, 'command'], message: '`command` must not be empty' }
    }
    for (const name of Object.keys(transport.env ?? {})) {
      yield* checkName(name, 'env', unsafeEnv === true, [...path, 'env', name], 'key')
      if (holdsSecret([name])) yield literalSecret(name, [...path, 'env', name])
    }
  } else if (transport.type !== 'external') {
    for (const [name, value] of Object.entries(transport.headers ?? {})) {
      yield* checkName(name, 'header', false, [...path, 'headers', name], 'key')
      if (holdsSecret([name])) yield literalSecret(name, [...path, 'headers', name])
      if (/[\r\n]/.test(value)) {
        yield {
          code: 'wrong-value',
          path: [...path, 'headers', name],
          message: `header \`${name}\` holds a line break`,
        }
      }
    }
  }
}

function literalSecret(name: string, path: Path): Fault {
  const message = `\`${name}\` written here is not known as a secret and not redacted; bind it in \`credentials.bindings\``
  return { code: 'advice', severity: 'warning', path, on: 'key', message }
}

function* checkBindings({ transport, credentials, unsafeEnv }: ServerWiring, path: Path): Iterable<Fault> {
  const bindings = credentials?.bindings ?? []
  yield* duplicates(
    'binding',
    bindings.map(({ name }, i) => ({ name, path: [...path, i, 'name'] })),
  )
  for (const [i, binding] of bindings.entries()) {
    const delivery = binding.delivery ?? deliveryOf(transport.type)
    if (!delivery || delivery !== deliveryOf(transport.type)) {
      yield wrongDelivery(binding, transport.type, [...path, i])
      continue
    }
    yield* checkName(binding.name, delivery, unsafeEnv === true, [...path, i, 'name'])
    if (transport.type === 'stdio' && Object.hasOwn(transport.env ?? {}, binding.name)) {
      const message = `\`${binding.name}\` stands in \`env\` too: the secret would replace it`
      yield { code: 'duplicate', path: [...path, i, 'name'], message }
    }
  }
}

function deliveryOf(transport: ServerWiring['transport']['type']): SecretBinding['delivery'] {
  return transport === 'stdio' ? 'env' : transport === 'external' ? undefined : 'header'
}

function wrongDelivery({ name, delivery }: SecretBinding, transport: string, path: Path): Fault {
  if (transport === 'external') {
    const message = `secret \`${name}\` cannot reach an external server: another program runs it`
    return { code: 'wrong-value', path, message }
  }
  const right = transport === 'stdio' ? 'env' : 'header'
  const message = `a ${transport} server gets no secret by \`${delivery}\``
  return { code: 'wrong-value', path: [...path, 'delivery'], message, expected: [right] }
}

function* checkName(
  name: string,
  delivery: 'env' | 'header',
  unsafe: boolean,
  path: Path,
  on?: Fault['on'],
): Iterable<Fault> {
  const place = { path, ...(on ? { on } : {}) }
  if (delivery === 'header') {
    if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return // RFC 9110, 5.6.2
    yield { ...place, code: 'wrong-value', message: `${quote(name)} is not a header name` }
  } else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    yield { ...place, code: 'wrong-value', message: `${quote(name)} is not the name of an environment variable` }
  } else if (nameLoadsCode(name) && !unsafe) {
    const message = `\`${name}\` makes a child load code: it is refused unless the server says \`unsafeEnv: true\``
    yield { ...place, code: 'wrong-value', message }
  }
}

function* checkTimeouts(server: ServerWiring, path: Path): Iterable<Fault> {
  const timeouts: [number | undefined, Path][] = [
    [server.startTimeoutMs, ['startTimeoutMs']],
    [server.callTimeoutMs, ['callTimeoutMs']],
    ...Object.entries(server.tools ?? {}).map(([tool, { timeoutMs }]): [number | undefined, Path] => [
      timeoutMs,
      ['tools', tool, 'timeoutMs'],
    ]),
  ]
  for (const [value, at] of timeouts) {
    if (value === undefined || value <= maxTimeoutMs) continue
    const message = `\`${at.at(-1)}\` cannot be more than ${maxTimeoutMs} ms`
    yield { code: 'wrong-value', path: [...path, ...at], message, expected: [`at most ${maxTimeoutMs}`] }
  }
}

function* checkSandbox({ transport, sandbox }: ServerWiring, path: Path): Iterable<Fault> {
  if (sandbox === undefined) return
  if (transport.type !== 'stdio' && sandbox !== 'off') {
    const message = `a server of type \`${transport.type}\` runs elsewhere and cannot be confined here`
    yield { code: 'wrong-value', path, on: 'key', message }
  }
  if (typeof sandbox === 'object')
    yield* checkDomains(sandbox.network?.allowDomains, [...path, 'network', 'allowDomains'])
}
