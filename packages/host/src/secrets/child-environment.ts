import { nameLoadsCode, type ServerWiring } from '@ecp/protocol'
import { HostError } from '../error.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface ChildEnvironmentOptions {
  /** The environment of the `ecp` process. */
  readonly base: Environment
  /** For error messages. */
  readonly server: string
  readonly wiring: ServerWiring
  /** The server's secret bindings with `delivery: env`, resolved. */
  readonly secrets: Readonly<Record<string, string>>
  readonly platform: NodeJS.Platform
}

/** What a child gets of ecp's own environment (host.md, Transports). */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR']
/** The same on Windows, where programs do not start without some of it. */
const inheritedOnWindows = [
  'PATH',
  'PATHEXT',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
]
const shape = /^[A-Za-z_][A-Za-z0-9_().-]*$/

/**
 * The whole environment of a stdio server: a short list of ecp's own variables, then `env` of its wiring, then its secret
 * bindings; nothing else. Throws `host.refused` for a variable that makes programs load other code.
 */
export function childEnvironment(options: ChildEnvironmentOptions): Record<string, string> {
  const { base, server, wiring, secrets, platform } = options
  const windows = platform === 'win32'
  const result = new Map<string, { name: string; value: string }>()
  const set = (name: string, value: string) => result.set(windows ? name.toUpperCase() : name, { name, value })
  const own = (name: string, value: string, where: string) => {
    if (!shape.test(name) || value.includes('\0')) {
      throw new HostError('host.refused', `${where} of server \`${server}\` cannot set the variable \`${name}\``)
    }
    if (!wiring.unsafeEnv && nameLoadsCode(name)) {
      throw new HostError(
        'host.refused',
        `${where} of server \`${server}\` sets \`${name}\`, which makes programs load other code; if that is meant, say \`unsafeEnv: true\` for the server`,
      )
    }
    set(name, value)
  }

  const names = windows ? inheritedOnWindows : inherited
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && names.includes(windows ? name.toUpperCase() : name)) set(name, value)
  }
  const env = wiring.transport.type === 'stdio' ? (wiring.transport.env ?? {}) : {}
  for (const [name, value] of Object.entries(env)) own(name, value, '`env`')
  for (const [name, value] of Object.entries(secrets)) own(name, value, 'a secret binding')
  return Object.fromEntries([...result.values()].map(({ name, value }) => [name, value]))
}
