import { resolve } from 'node:path'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import type { HostLayer } from '@ecp/policy'
import { milliseconds } from '@ecp/protocol'
import { v7 as uuidv7 } from 'uuid'
import { openAgents } from './agents/open-agents.ts'
import { approversOf } from './approvals/approvers.ts'
import { Expiry } from './approvals/expiry.ts'
import type { ConfigOptions } from './config/config-file.ts'
import { type LoadedConfig, loadConfig, refuseInvalid } from './config/load-config.ts'
import { lockFile, refuseUntrusted } from './config/trust.ts'
import { wiredNames } from './config/wired.ts'
import { Contexts } from './contexts.ts'
import { HostError } from './error.ts'
import { explained } from './explained.ts'
import { ApprovalWaits } from './gate/approval-waits.ts'
import { isAlive, ownerOf } from './gate/owner.ts'
import type { Step } from './gate/request.ts'
import type { Host } from './host.ts'
import { configuredLedger, ledgerFile } from './ledger-file.ts'
import type { Admission, Machine } from './machine.ts'
import { openMemory } from './memory/open-memory.ts'
import type { Models } from './models/models.ts'
import { openModels } from './models/open-models.ts'
import { learnTokens } from './oauth/wired-authorization.ts'
import { type BoundaryOptions, openBoundary } from './open-boundary.ts'
import { openPins } from './pins/pins.ts'
import { randomPool } from './random-pool.ts'
import { readContext } from './read-context.ts'
import { refuseChangedContext, resumable } from './resumable.ts'
import { openSecrets } from './secrets/secrets.ts'
import { wiredServers } from './servers/all-wired.ts'
import { openServers } from './servers/open-servers.ts'
import type { ServerLogEntry } from './servers/stdio-server.ts'
import { webhookEndpoints } from './webhooks/endpoint.ts'
import { webhookKey } from './webhooks/webhook-key.ts'

/** What opens a machine. Everything that comes from outside is given: nothing here reads the process by itself. */
export interface MachineOptions extends ConfigOptions {
  /** `--trace-dir` */
  readonly traceDir?: string
  /** Contexts to be opened first: where one cannot be, nothing is written. */
  readonly contexts?: readonly Pick<Admission, 'contextFile' | 'inputs'>[]
  /** The ledger of a machine that is open already: it stays open when this one closes. */
  readonly ledger?: Ledger
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--environment FILE` */
  readonly environmentFile?: string
  /** Version of ecp, for the record. */
  readonly version: string
  now?(): number
  onWarning?(message: string): void
  onLog?(entry: ServerLogEntry): void
  onStep?(step: Step, actionId: string): void
  /** What stands in front of the wired model providers, or in place of them: a recorder, a recording. Closed with the machine. */
  models?(wired: Models): Models
  /** Milliseconds until an unsettled lease ends as unknown. */
  readonly leaseMs?: number
  /** How often (ms) it is looked for approvals that time has ended. */
  readonly expiryMs?: number
}

const dayMs = 86_400_000
const defaultLeaseMs = 600_000

/**
 * Opens this machine's side of the boundary: reads and checks the config, opens the ledger and finishes what dead processes
 * left in it. Starts no server yet. Throws `HostError` or `LedgerError` with what to do.
 */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const config = await loadConfig(options)
  refuseInvalid(config.diagnostics)
  await refuseUntrusted(config, options.env)
  return openLoadedMachine(options, config)
}

/** The same for a config that was loaded, checked and found trusted already. */
export async function openLoadedMachine(options: MachineOptions, config: LoadedConfig): Promise<Machine> {
  return machineOn(options, config, undefined)
}

/** A ledger that several machines stand on, one after the other. */
interface SharedLedger {
  readonly ledger: Ledger
  readonly file: string
  /** None where the ledger is somebody else's. */
  readonly expiry?: Expiry
  /** How many machines are open on it. */
  machines: number
}

async function machineOn(
  options: MachineOptions,
  config: LoadedConfig,
  taken: SharedLedger | undefined,
): Promise<Machine> {
  const now = options.now ?? Date.now
  const randomBytes = randomPool()
  const log = (entry: ServerLogEntry) => options.onLog?.(entry)
  const { layers } = config
  const secrets = openSecrets({ ...options, layers, onWarning: (message) => options.onWarning?.(message) })
  await learnTokens({ home: options.home, secrets })
  const contexts = new Contexts({ layers, secrets })
  for (const context of options.contexts ?? []) await contexts.open(options.cwd, context)
  const file = placeOf(options, layers)
  if (taken && taken.file !== file) {
    throw new HostError(
      'host.refused',
      `the ledger is to move from \`${taken.file}\` to \`${file}\`, which takes a restart`,
    )
  }
  const shared = taken ?? (await shareLedger(options, file, now))
  const { ledger } = shared
  const wiredServerNames = [...wiredNames(layers, ['server']).keys()]
  const servers = openServers({
    ...wiredServers(layers, wiredServerNames, {
      ...options,
      platform: process.platform,
      bindingsFor: secrets.bindingsFor,
      secrets,
      now,
    }),
    redactor: secrets.redactor,
    log,
    now,
    random: Math.random,
  })
  const wired = openModels({ layers, secrets, now, random: Math.random })
  const models = options.models?.(wired) ?? wired
  const agents = openAgents({ layers, secrets })
  const memory = openMemory({ layers, home: options.home, ledgerFile: file })
  const pins = await openPins({ layers, ledger, servers, redactor: secrets.redactor, now, log })
  const hosts = new Set<Host>()
  shared.machines += 1
  const parts = {
    layers,
    ledger,
    servers,
    models,
    memory,
    agents,
    pins,
    redactor: secrets.redactor,
    owner: ownerOf(process.pid),
    version: options.version,
    leaseMs: options.leaseMs ?? defaultLeaseMs,
    runWindowMs: runWindow(layers),
    approvers: approversOf(layers),
    waits: new ApprovalWaits({ ledger, now }),
    approvalWaitMs: approvalWait(layers),
    gatewayUrl: gatewayUrl(layers),
    now,
    newId: (at: number) => uuidv7({ msecs: at, rng: randomBytes }),
    log,
    ...(options.onStep ? { onStep: options.onStep } : {}),
  }
  const opened = (boundary: BoundaryOptions): Host => {
    const host = openBoundary(boundary)
    const admitted: Host = {
      ...host,
      close: async () => {
        hosts.delete(admitted)
        await host.close()
      },
    }
    hosts.add(admitted)
    return admitted
  }
  return {
    config,
    ledger,
    ledgerFile: file,
    async admit(admission) {
      const { client, principal, run, override, startedBy, recorded = false } = admission
      const governed = await contexts.open(options.cwd, admission)
      const trigger = startedBy === undefined ? {} : { startedBy }
      const file = resolve(options.cwd, admission.contextFile)
      const own = run === undefined ? {} : { own: { run, file, recorded, ...(override ? { override } : {}) } }
      return opened({
        ...parts,
        client,
        principal,
        ...own,
        governed,
        rehearses: admission.rehearsal === true,
        ...trigger,
      })
    },
    async resume(resumption) {
      const { start, ...own } = resumable(ledger, resumption)
      const governed = await contexts.open(options.cwd, { contextFile: own.file, inputs: start.inputs })
      refuseChangedContext(start, governed, own)
      const { client, principal } = start
      return opened({ ...parts, client, principal, own, governed, rehearses: false })
    },
    secret: (reference) => secrets.resolve(reference),
    async redacted(value) {
      await secrets.learnAll(wiredServerNames)
      await secrets.learnAll([...wiredNames(layers, ['endpoint']).keys()], 'endpoint')
      return secrets.redactor.json(value)
    },
    webhooks: () => webhookEndpoints({ layers, secret: (reference) => secrets.resolve(reference) }),
    webhookKey: async (reference, of) =>
      webhookKey(await secrets.resolve(reference), `secret \`${reference.provider}:${reference.key}\` of ${of}`),
    context: (contextFile) => contexts.read(resolve(options.cwd, contextFile)),
    catalogue: () => pins.catalogue(),
    explain: async (contextFile) =>
      explained(await readContext(resolve(options.cwd, contextFile)), layers, pins.catalogue()),
    files: () => [
      ...config.files.flatMap(({ path }) => [path, lockFile(path)]),
      ...contexts.files(),
      ...secrets.files(),
    ],
    async renew(contexts) {
      const next = await loadConfig(options)
      refuseInvalid(next.diagnostics)
      await refuseUntrusted(next, options.env)
      return machineOn({ ...options, contexts }, next, shared)
    },
    async close() {
      await Promise.all([...hosts].map((host) => host.close()))
      await Promise.all([servers.close(), models.close(), agents.close()])
      memory.close()
      shared.machines -= 1
      if (shared.machines > 0 || options.ledger) return
      shared.expiry?.stop()
      ledger.close()
    },
  }
}

function placeOf({ traceDir, cwd, home }: MachineOptions, layers: readonly HostLayer[]): string {
  const configured = configuredLedger(layers)
  return ledgerFile({
    cwd,
    home,
    ...(traceDir === undefined ? {} : { traceDir }),
    ...(configured ? { configured } : {}),
  })
}

async function shareLedger(options: MachineOptions, file: string, now: () => number): Promise<SharedLedger> {
  if (options.ledger) return { ledger: options.ledger, file, machines: 0 }
  const ledger = openSqliteLedger({ file })
  await ledger.recover(now(), isAlive)
  const expiry = new Expiry({
    ledger,
    everyMs: options.expiryMs,
    now,
    onWarning: (message) => options.onWarning?.(message),
  })
  await expiry.sweep()
  return { ledger, file, expiry, machines: 0 }
}

/** Below the minute after which most clients of MCP give up. */
const defaultApprovalWaitMs = 50_000

function approvalWait(layers: readonly HostLayer[]): number {
  for (const { document } of layers) {
    const wait = document.value.gateway?.approvals?.wait
    if (wait !== undefined) return milliseconds(wait)
  }
  return defaultApprovalWaitMs
}

function gatewayUrl(layers: readonly HostLayer[]): string | undefined {
  const url = layers.find(({ document }) => document.value.gateway)?.document.value.gateway?.url
  return url === undefined ? undefined : new URL(url).origin
}

function runWindow(layers: readonly HostLayer[]): number {
  for (const { document } of layers) {
    const window = document.value.gateway?.runWindow
    if (window !== undefined) return milliseconds(window)
  }
  return dayMs
}
