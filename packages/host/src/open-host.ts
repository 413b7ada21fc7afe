import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { digestOf, type Ledger, openSqliteLedger } from '@ecp/ledger'
import { compile, type HostLayer, reachableServers, visibleTools } from '@ecp/policy'
import {
  type Context,
  type Document,
  entryPoint,
  executorsOf,
  type Json,
  milliseconds,
  parseContext,
  type RunStarted,
} from '@ecp/protocol'
import { v7 as uuidv7 } from 'uuid'
import type { ConfigOptions } from './config/config-file.ts'
import { loadConfig, refuseInvalid } from './config/load-config.ts'
import { refuseUntrusted } from './config/trust.ts'
import { refuseUnsupported } from './config/unsupported.ts'
import { unsupportedInContext } from './config/unsupported-context.ts'
import { HostError } from './error.ts'
import { createGate } from './gate/gate.ts'
import { governing } from './gate/governed.ts'
import { isAlive, ownerOf } from './gate/owner.ts'
import { splitTarget } from './gate/perform.ts'
import type { Step } from './gate/request.ts'
import type { Host } from './host.ts'
import { bindInputs } from './inputs.ts'
import { configuredLedger, ledgerFile } from './ledger-file.ts'
import { openPins } from './pins/pins.ts'
import { Runs } from './runs.ts'
import { openSecrets } from './secrets/secrets.ts'
import { openServers } from './servers/open-servers.ts'
import type { ServerLogEntry } from './servers/stdio-server.ts'
import { callTimeoutMs, stdioServers } from './servers/wired-servers.ts'

/** What opens a boundary. Everything that comes from outside is given: nothing here reads the process by itself. */
export interface HostOptions extends ConfigOptions {
  readonly contextFile: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Who connects, for runs and budgets: named by the operator, never by the agent. */
  readonly client: string
  readonly principal: string
  /** `--trace-dir` */
  readonly traceDir?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--environment FILE` */
  readonly environmentFile?: string
  /** Version of ecp, for the record. */
  readonly version: string
  now?(): number
  onWarning?(message: string): void
  onLog?(entry: ServerLogEntry): void
  onStep?(step: Step, actionId: string): void
  /** Milliseconds until an unsettled lease ends as unknown. */
  readonly leaseMs?: number
}

const dayMs = 86_400_000
const defaultLeaseMs = 600_000

/**
 * Opens the boundary for one Context: reads and checks every document, refuses what the host's config does not allow to
 * start, opens the ledger and finishes what dead processes left in it. Starts no server yet. Throws `HostError` or
 * `LedgerError` with what to do.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const now = options.now ?? Date.now
  const log = (entry: ServerLogEntry) => options.onLog?.(entry)
  const config = await loadConfig(options)
  refuseInvalid(config.diagnostics)
  const { layers } = config
  const context = await readContext(resolve(options.cwd, options.contextFile))
  const inputs = bindInputs(context, options.inputs)
  await refuseUntrusted(config, options.env)

  const data = compile({ context, host: layers, inputs })
  const secrets = openSecrets({ ...options, layers, onWarning: (message) => options.onWarning?.(message) })
  const govern = governing(data)
  // Nothing is pinned yet, and which servers can be reached does not depend on it.
  let governed = govern({ tools: {} })
  const { policy } = governed
  const executors = executorsOf(context.value)
  const reachable = new Map(executors.map(({ name }) => [name, reachableServers(policy, name)]))
  const needed = [...new Set([...reachable.values()].flat())]
  refuseInvalid(unsupportedInContext(context), 'host.refused')
  refuseUnsupported(layers, { servers: needed })
  await secrets.check(needed)

  const ledger = await openLedger(options, layers, now)
  const servers = openServers({
    servers: stdioServers(layers, needed, { ...options, platform: process.platform, bindingsFor: secrets.bindingsFor }),
    redactor: secrets.redactor,
    log,
    now,
    random: Math.random,
  })
  const pins = await openPins({ layers, ledger, servers, redactor: secrets.redactor, now, log })

  const current = () => {
    const catalogue = pins.catalogue()
    if (catalogue !== governed.catalogue) governed = govern(catalogue)
    return governed
  }
  const { name, version } = context.value.metadata
  const identity = { name, version, digest: digestOf(context.value) }
  const newId = (at: number) => uuidv7({ msecs: at })
  const runs = new Runs({
    ledger,
    windowMs: runWindow(layers),
    newId,
    blobs: () => current().blobs,
    start: (executor): RunStarted => ({
      context: identity,
      executor,
      principal: options.principal,
      client: options.client,
      strategy: entryPoint(context.value).strategy ?? 'single',
      inputs,
      policyDigest: current().policyBlob,
      versions: { ecp: options.version, node: process.versions.node },
    }),
  })
  const gate = createGate({
    ledger,
    servers,
    redactor: secrets.redactor,
    principal: options.principal,
    context: identity,
    owner: ownerOf(process.pid),
    leaseMs: options.leaseMs ?? defaultLeaseMs,
    now,
    newId,
    run: (executor, at) => runs.of(executor, at),
    governed: current,
    timeoutMs: (server, tool) => callTimeoutMs(layers, server, tool),
    async observe({ executor, target }) {
      const { server } = splitTarget(target)
      if (reachable.get(executor)?.includes(server)) await pins.observe(server)
    },
    onStep: (step, action) => options.onStep?.(step, action.id),
  })
  return {
    gate,
    ledger,
    context: identity,
    executors: executors.map(({ name }) => name),
    catalogue: () => pins.catalogue(),
    tools: (executor) => {
      const { catalogue, policy: ready } = current()
      return visibleTools(ready, catalogue, executor).flatMap((target) => {
        const definition = catalogue.tools[target]?.definition
        return definition ? [{ target, definition }] : []
      })
    },
    reachableServers: (executor) => reachable.get(executor) ?? [],
    observe: async (executor) => {
      await Promise.allSettled((reachable.get(executor) ?? []).map((server) => pins.observe(server)))
    },
    onToolsChanged: (listener) => pins.onChange(listener),
    close: async () => {
      await gate.close()
      await servers.close()
      ledger.close()
    },
  }
}

async function readContext(file: string): Promise<Document<Context>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new HostError('host.document-invalid', `Context \`${file}\` cannot be read: ${cause.code ?? cause.message}`)
  })
  const { document, diagnostics } = parseContext(text, file)
  refuseInvalid(diagnostics)
  if (!document) throw new HostError('host.document-invalid', `Context \`${file}\` holds no document`)
  return document
}

async function openLedger(options: HostOptions, layers: readonly HostLayer[], now: () => number): Promise<Ledger> {
  const configured = configuredLedger(layers)
  const { traceDir, cwd, home } = options
  const file = ledgerFile({
    cwd,
    home,
    ...(traceDir === undefined ? {} : { traceDir }),
    ...(configured ? { configured } : {}),
  })
  const ledger = openSqliteLedger({ file })
  await ledger.recover(now(), isAlive)
  return ledger
}

function runWindow(layers: readonly HostLayer[]): number {
  for (const { document } of layers) {
    const window = document.value.gateway?.runWindow
    if (window !== undefined) return milliseconds(window)
  }
  return dayMs
}
