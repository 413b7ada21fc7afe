import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { HostError } from '../error.ts'
import { type Coverage, type CoveredFile, coverage, digestOf } from './covered.ts'
import type { LoadedConfig } from './load-config.ts'
import { readTrust, writeTrust } from './trust-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the project's config may start, connect or read anything; if not, why, and what trust in it would cover. */
export type TrustState =
  | { readonly trusted: true }
  | ({ readonly trusted: false /** Lower case; names the file that changed. */; readonly reason: string } & Coverage)

/** The lock that pins the tools of a config, beside it. */
export const lockFile = (config: string): string => join(dirname(config), 'ecp.lock.yaml')

/**
 * Whether the layers may be acted on. Only a project config that was discovered and wires something needs trust: one that
 * `--config` names is trusted by being named. Never throws for a damaged record: it is no trust.
 */
export async function trustState(loaded: LoadedConfig, env: Environment): Promise<TrustState> {
  const project = untrustedProject(loaded)
  if (!project) return { trusted: true }
  const now = await coveredNow(loaded, project, env)
  const refuse = (reason: string): TrustState => ({ trusted: false, reason, ...now })
  let known: readonly CoveredFile[] | undefined
  try {
    known = (await readTrust(loaded.options.home)).get(await realpath(project.document.file))
  } catch (error) {
    return refuse(error instanceof HostError ? error.message : `\`${project.document.file}\` cannot be looked at`)
  }
  if (!known) return refuse(`\`${project.document.file}\` wires servers, secrets or connections and was never trusted`)
  const before = new Map(known.map(({ path, digest }) => [path, digest]))
  for (const { path, digest } of now.covers) {
    const trusted = before.get(path)
    if (trusted === undefined) return refuse(`\`${path}\` is new since \`${project.document.file}\` was trusted`)
    if (trusted !== digest) return refuse(`\`${path}\` changed since it was trusted`)
    before.delete(path)
  }
  const [gone] = before.keys()
  return gone === undefined ? { trusted: true } : refuse(`\`${gone}\` is gone or no longer named since it was trusted`)
}

/** Throws `host.not-trusted`, with the reason and what to do, unless the layers may be acted on. */
export async function refuseUntrusted(loaded: LoadedConfig, env: Environment): Promise<void> {
  const state = await trustState(loaded, env)
  if (state.trusted) return
  throw new HostError('host.not-trusted', `${state.reason}; look at it, then run \`ecp trust\``)
}

/** Trusts the discovered project config as it was loaded. Returns what that covers; nothing where no trust is needed. */
export async function trust(loaded: LoadedConfig, env: Environment): Promise<Coverage> {
  const project = untrustedProject(loaded)
  if (!project) return { covers: [], uncovered: [] }
  const now = await coveredNow(loaded, project, env)
  const records = new Map(await readTrust(loaded.options.home))
  records.set(await realpath(project.document.file), now.covers)
  await writeTrust(loaded.options.home, records)
  return now
}

/** Forgets the trust in the discovered project config. Returns whether there was any. */
export async function untrust(loaded: LoadedConfig): Promise<boolean> {
  const file = loaded.files.find(({ discovered, exists }) => discovered && exists)
  if (!file) return false
  const records = new Map(await readTrust(loaded.options.home))
  const found = records.delete(await realpath(file.path))
  if (found) await writeTrust(loaded.options.home, records)
  return found
}

/** The project layer, where it was discovered and wires anything at all. */
function untrustedProject({ layers, files }: LoadedConfig): HostLayer | undefined {
  const project = layers.find(({ layer }) => layer === 'project')
  if (!project || !files.some(({ path, discovered }) => discovered && path === project.document.file)) return undefined
  const { version: _version, security: _security, _meta, ...wiring } = project.document.value
  return Object.values(wiring).some((area) => area !== undefined) ? project : undefined
}

async function coveredNow(loaded: LoadedConfig, project: HostLayer, env: Environment): Promise<Coverage> {
  const config = project.document.file
  const { covers, uncovered } = await coverage(project, loaded.options, env)
  const all = new Map(covers.map((file) => [file.path, file]))
  const path = await realpath(config)
  // The bytes that were read, not those that stand there by now.
  const digest = loaded.files.find((file) => file.path === config)?.digest
  if (digest === undefined) throw new HostError('host.not-trusted', `\`${config}\` was not read`)
  all.set(path, { path, digest })
  const lock = await realpath(lockFile(config)).catch(() => undefined)
  const lockDigest = lock === undefined ? undefined : await digestOf(lock)
  if (lock !== undefined && lockDigest === undefined) {
    throw new HostError('host.not-trusted', `\`${lock}\` cannot be read`)
  }
  if (lock !== undefined && lockDigest !== undefined) all.set(lock, { path: lock, digest: lockDigest })
  return { covers: [...all.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)), uncovered }
}
