import { dirname, join, resolve as resolvePath } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { place, type SecretBinding, type SecretReference, type SourceRange } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { dotenvProvider, environmentProvider, type Lookup, type SecretProvider } from './provider.ts'
import { createRedactor } from './redaction.ts'
import type { Redactor } from './redactor.ts'

export interface SecretsOptions {
  /** From the outermost layer inwards. */
  readonly layers: readonly HostLayer[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** What `~/` at the start of a path stands for. */
  readonly home: string
  /** `--environment FILE`: the file of `dot.env` for this one command, relative to `cwd`. */
  readonly environmentFile?: string
  /** `secrets.policy: warn`, which also holds where no layer says anything: called at most once. */
  readonly onWarning?: (message: string) => void
}

/** What a server's secret bindings come to. */
export interface BoundSecrets {
  readonly env: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Secrets by reference. Each value that was ever looked up is known to the redactor before anyone else gets it. */
export interface Secrets {
  readonly redactor: Redactor
  /** The value now. Throws `secret.missing`, `secret.provider-not-allowed`, or `host.refused` for a provider of a later version. */
  resolve(reference: SecretReference): Promise<string>
  /** The values of the bindings of a server, or of an agent's endpoint; an optional one that is missing is left out. Throws as {@link check} does. */
  bindingsFor(name: string, of?: BoundTo): Promise<BoundSecrets>
  /**
   * To be called before anything starts. Throws for a required secret that is missing, a provider that is not allowed, and
   * an insecure source under `policy: strict`; says what to do. What it looked up is known to the redactor from then on.
   */
  check(names: readonly string[], of?: BoundTo): Promise<void>
  /** The files that values come from. */
  files(): readonly string[]
  /** Makes the redactor know every value that is bound to these, so that it is found before one of them is reached. */
  learnAll(names: readonly string[], of?: BoundTo): Promise<void>
}

/** What secrets are bound to: an MCP server, or an agent's endpoint. */
export type BoundTo = 'server' | 'endpoint'

interface Bound {
  /** For messages: of server `docs`. */
  readonly whose: string
  readonly binding: SecretBinding
  readonly at: SourceRange
  readonly delivery: 'env' | 'header'
}

/** Secrets as the layers wire and allow them. Reads nothing yet. */
export function openSecrets(options: SecretsOptions): Secrets {
  const { layers, env } = options
  const redactor = createRedactor()
  const wiring = layers.find(({ document }) => document.value.secrets)
  const policy = wiring?.document.value.secrets?.policy ?? 'warn'
  const dotenv = dotenvFile(options, wiring)
  const providers = new Map<string, SecretProvider>([
    ['process.env', environmentProvider(env)],
    ['dot.env', dotenvProvider(dotenv)],
  ])
  let warned = false

  const providerOf = ({ provider }: SecretReference, where: string): SecretProvider => {
    const found = providers.get(provider)
    if (!found) {
      throw new HostError(
        'host.refused',
        `${where} comes from \`${provider}\`, which a later version of ecp reads; use \`process.env\` or \`dot.env\` until then`,
      )
    }
    refuseProvider(layers, provider, where)
    return found
  }

  const look = async (reference: SecretReference, where: string): Promise<Lookup> => {
    const found = await providerOf(reference, where).lookup(reference.key)
    if ('value' in found) redactor.learn(reference, found.value)
    return found
  }

  const missing = (where: string, why: string) =>
    new HostError('secret.missing', `${where} is missing: ${why}; set it, or say \`required: false\` where it is bound`)

  const judge = ({ binding, at, whose }: Bound): boolean => {
    if (binding.allowInsecure || policy === 'permissive') return false
    const { provider, key } = binding.source
    if (providers.get(provider)?.secure) return false
    if (policy === 'warn') return true
    throw new HostError(
      'secret.insecure',
      `secret \`${binding.name}\` ${whose} (${place(at)}) comes from \`${provider}\`, which is not secure, and \`secrets.policy\` is strict; say \`allowInsecure: true\` for the binding of \`${key}\`, or change the policy`,
    )
  }

  return {
    redactor,
    files: () => [dotenv],
    async resolve(reference) {
      const where = `secret \`${reference.provider}:${reference.key}\``
      const found = await look(reference, where)
      if ('value' in found) return found.value
      throw new HostError('secret.missing', `${where} is missing: ${found.missing}`)
    },

    async bindingsFor(name, of = 'server') {
      const result = { env: new Map<string, string>(), headers: new Map<string, string>() }
      for (const bound of bindingsOf(layers, name, of)) {
        judge(bound)
        const where = describe(bound)
        const found = await look(bound.binding.source, where)
        if ('value' in found) {
          result[bound.delivery === 'env' ? 'env' : 'headers'].set(bound.binding.name, found.value)
        } else if (bound.binding.required ?? true) throw missing(where, found.missing)
      }
      return { env: Object.fromEntries(result.env), headers: Object.fromEntries(result.headers) }
    },

    async check(names, of = 'server') {
      const insecure = new Set<string>()
      for (const name of names) {
        for (const bound of bindingsOf(layers, name, of)) {
          const where = describe(bound)
          providerOf(bound.binding.source, where)
          const warn = judge(bound)
          const found = await look(bound.binding.source, where)
          if ('missing' in found && (bound.binding.required ?? true)) throw missing(where, found.missing)
          if (warn && 'value' in found) insecure.add(`\`${bound.binding.source.provider}:${bound.binding.source.key}\``)
        }
      }
      if (insecure.size === 0 || warned) return
      warned = true
      options.onWarning?.(
        `secrets from sources that are not secure: ${[...insecure].join(', ')}; say \`allowInsecure: true\` for the binding, or \`secrets.policy: permissive\`, where that is meant`,
      )
    },

    async learnAll(names, of = 'server') {
      for (const name of names) {
        for (const { binding } of bindingsOf(layers, name, of)) {
          // Whether it may be used is judged where it is used; that it must not leak is true in any case.
          const found = await providers.get(binding.source.provider)?.lookup(binding.source.key)
          if (found && 'value' in found) redactor.learn(binding.source, found.value)
        }
      }
    },
  }
}

/** Relative to the folder of the config that names it; the default `./.env` and `--environment FILE` to the working folder. */
function dotenvFile({ cwd, home, environmentFile }: SecretsOptions, wiring: HostLayer | undefined): string {
  const path = wiring?.document.value.secrets?.providers?.['dot.env']?.path
  if (environmentFile !== undefined) return resolvePath(cwd, environmentFile)
  if (path === undefined || !wiring) return resolvePath(cwd, '.env')
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolvePath(dirname(wiring.document.file), path)
}

function refuseProvider(layers: readonly HostLayer[], provider: string, where: string): void {
  const naming = layers.filter(({ document }) => document.value.security?.secrets)
  const against = naming.find(
    ({ document }) => !document.value.security?.secrets?.allowProviders?.some((allowed) => allowed === provider),
  )
  if (naming.length > 0 && !against) return
  const rule = against
    ? `\`security.secrets.allowProviders\` (${place(against.document.at(['security', 'secrets', 'allowProviders']))}) does not list it`
    : "no layer's `security.secrets.allowProviders` lists it"
  throw new HostError('secret.provider-not-allowed', `${where} comes from \`${provider}\`, and ${rule}`)
}

function describe({ binding, at, whose }: Bound): string {
  const { provider, key } = binding.source
  return `secret \`${binding.name}\` ${whose} (\`${provider}:${key}\`, ${place(at)})`
}

const areas = { server: ['tools', 'servers'], endpoint: ['agents', 'endpoints'] } as const

function bindingsOf(layers: readonly HostLayer[], name: string, of: BoundTo): readonly Bound[] {
  for (const { document } of layers) {
    const wired = of === 'server' ? document.value.tools?.servers : document.value.agents?.endpoints
    const wiring = wired && Object.hasOwn(wired, name) ? wired[name] : undefined
    if (wiring === undefined) continue
    if (typeof wiring === 'string') return []
    const standard = 'transport' in wiring && wiring.transport.type === 'stdio' ? 'env' : 'header'
    return (wiring.credentials?.bindings ?? []).map((binding, index) => ({
      binding,
      whose: `of ${of} \`${name}\``,
      at: document.at([...areas[of], name, 'credentials', 'bindings', index]),
      delivery: binding.delivery ?? standard,
    }))
  }
  return []
}
