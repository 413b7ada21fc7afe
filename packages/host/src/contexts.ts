import { resolve } from 'node:path'
import { digestOf } from '@ecp/ledger'
import { compile, type HostLayer, reachableServers } from '@ecp/policy'
import {
  type Action,
  type Catalogue,
  type Context,
  type Document,
  entryPoint,
  executorsOf,
  type JsonObject,
} from '@ecp/protocol'
import { refuseInvalid } from './config/load-config.ts'
import { refuseUnsupported } from './config/unsupported.ts'
import { unsupportedInContext } from './config/unsupported-context.ts'
import { type Governed, governing } from './gate/governed.ts'
import { bindInputs } from './inputs.ts'
import type { Admission } from './machine.ts'
import { readContext } from './read-context.ts'
import type { Secrets } from './secrets/secrets.ts'

/** A Context under this machine's config: everything that does not depend on who acts. */
export interface GovernedContext {
  readonly identity: Action['context']
  /** What was read, for whoever runs it. */
  readonly manifest: Context
  readonly inputs: JsonObject
  readonly strategy: string
  readonly executors: readonly string[]
  /** Executor -> servers that it can reach, sorted. */
  readonly reachable: ReadonlyMap<string, readonly string[]>
  /** What decisions are made from, under these pins. */
  governed(catalogue: Catalogue): Governed
}

/** How many are kept: bodies of webhooks are inputs, too, and each could be another one. */
const mostOpen = 1_000

/** The Contexts that are open on a machine, each read and compiled once for all clients with the same inputs. */
export class Contexts {
  readonly #options: { readonly layers: readonly HostLayer[]; readonly secrets: Secrets }
  readonly #open = new Map<string, Promise<GovernedContext>>()
  readonly #files = new Set<string>()

  constructor(options: { readonly layers: readonly HostLayer[]; readonly secrets: Secrets }) {
    this.#options = options
  }

  /** Throws `HostError` for a Context that cannot be read, or that the host's config does not allow to start. */
  async open(
    cwd: string,
    { contextFile, inputs }: Pick<Admission, 'contextFile' | 'inputs'>,
  ): Promise<GovernedContext> {
    const file = resolve(cwd, contextFile)
    this.#files.add(file)
    const key = `${file}\n${digestOf(inputs)}`
    const known = this.#open.get(key)
    if (known) {
      // The last to go.
      this.#open.delete(key)
      this.#open.set(key, known)
      return known
    }
    const opening = this.#read(file, inputs)
    this.#open.set(key, opening)
    const [oldest] = this.#open.keys()
    if (this.#open.size > mostOpen && oldest !== undefined) this.#open.delete(oldest)
    // One that could not be opened is read again when it is next asked for.
    opening.catch(() => this.#open.delete(key))
    return opening
  }

  /** The document alone. Throws `host.document-invalid`. */
  async read(file: string): Promise<Document<Context>> {
    this.#files.add(file)
    return readContext(file)
  }

  files(): readonly string[] {
    return [...this.#files]
  }

  async #read(file: string, given: Admission['inputs']): Promise<GovernedContext> {
    const { layers, secrets } = this.#options
    const context = await readContext(file)
    const inputs = bindInputs(context, given)
    const govern = governing(compile({ context, host: layers, inputs }))
    // Nothing is pinned yet, and which servers can be reached does not depend on it.
    let latest = govern({ tools: {} })
    const executors = executorsOf(context.value).map(({ name }) => name)
    const reachable = new Map(executors.map((name) => [name, reachableServers(latest.policy, name)]))
    const needed = [...new Set([...reachable.values()].flat())]
    refuseInvalid(unsupportedInContext(context), 'host.refused')
    refuseUnsupported(layers, { servers: needed })
    await secrets.check(needed)
    const { name, version } = context.value.metadata
    return {
      manifest: context.value,
      identity: { name, version, digest: digestOf(context.value) },
      inputs,
      strategy: entryPoint(context.value).strategy ?? 'single',
      executors,
      reachable,
      governed(catalogue) {
        if (catalogue !== latest.catalogue) latest = govern(catalogue)
        return latest
      },
    }
  }
}
