import { setImmediate as afterThis } from 'node:timers/promises'
import type { Ledger } from '@ecp/ledger'
import { type HostLayer, mayCall, mayRead, visibleTools } from '@ecp/policy'
import { type Context, entryPoint, executorsOf, type RunStarted, type StartedBy } from '@ecp/protocol'
import type { Agents } from './agents/agents.ts'
import type { Approvers } from './approvals/approvers.ts'
import { wiredServer } from './config/wired.ts'
import type { GovernedContext } from './contexts.ts'
import type { ApprovalWaits } from './gate/approval-waits.ts'
import { createGate } from './gate/gate.ts'
import { isAlive } from './gate/owner.ts'
import { Replay } from './gate/replay.ts'
import type { Step } from './gate/request.ts'
import { splitTarget } from './gate/target.ts'
import type { Host } from './host.ts'
import { ExecutorMemory } from './memory/executor-memory.ts'
import type { Memory } from './memory/memory.ts'
import { chosenModel, type ModelOverride } from './models/chosen-model.ts'
import type { Models } from './models/models.ts'
import { Offers } from './offers.ts'
import type { Pins } from './pins/pins.ts'
import { ownRun, Runs } from './runs.ts'
import type { Redactor } from './secrets/redactor.ts'
import type { Servers } from './servers/servers.ts'
import type { ServerLogEntry } from './servers/stdio-server.ts'
import { callTimeoutMs } from './servers/wired-servers.ts'

/** A machine's parts, and who acts on it. */
export interface BoundaryOptions {
  readonly layers: readonly HostLayer[]
  readonly ledger: Ledger
  readonly servers: Servers
  readonly models: Models
  readonly memory: Memory
  readonly agents: Agents
  readonly pins: Pins
  readonly redactor: Redactor
  readonly governed: GovernedContext
  readonly client: string
  readonly principal: string
  /** The run of all actions; missing: one for each executor, within a window. */
  readonly own?: CarriedRun
  /** See `Admission.rehearsal`. */
  readonly rehearses: boolean
  /** What started that run, for the record. */
  readonly startedBy?: StartedBy
  /** This process, see `ownerOf`. */
  readonly owner: string
  readonly version: string
  readonly leaseMs: number
  readonly runWindowMs: number
  readonly approvers: Approvers
  readonly waits: ApprovalWaits
  /** How long a held call waits for a person before it answers that it waits. */
  readonly approvalWaitMs: number
  /** See `Host`. */
  readonly gatewayUrl: string | undefined
  now(): number
  /** UUIDv7 (RFC 9562) for this time. */
  newId(at: number): string
  log(entry: ServerLogEntry): void
  onStep?(step: Step, actionId: string): void
}

/** A run that this process carries. */
export interface CarriedRun {
  readonly run: string
  /** Where the Context was read. */
  readonly file: string
  readonly override?: ModelOverride
  /** See `Admission.recorded`. */
  readonly recorded?: boolean
  /** It is resumed, and by whom. */
  readonly by?: string
}

/** The boundary of one Context for one client. What is shared (servers, ledger) stays open when it closes. */
export function openBoundary(options: BoundaryOptions): Host {
  const { layers, ledger, servers, pins, redactor, governed: context, client, principal, now, newId } = options
  const { own } = options
  const override = own?.override ?? {}
  const carried = own && {
    owner: options.owner,
    file: own.file,
    ...(own.override ? { override: own.override } : {}),
    ...(own.recorded ? { recorded: true as const } : {}),
  }
  const current = () => context.governed(pins.catalogue())
  // An external server is never connected to.
  const isConnected = (server: string) => wiredServer(layers, server)?.wiring.transport.type !== 'external'
  const reachable = (executor: string) => (context.reachable.get(executor) ?? []).filter(isConnected)
  const starting = {
    ledger,
    windowMs: options.runWindowMs,
    newId,
    blobs: () => current().blobs,
    start: (executor: string): RunStarted => ({
      context: context.identity,
      executor,
      principal,
      client,
      strategy: context.strategy,
      inputs: context.inputs,
      policyDigest: current().policyBlob,
      versions: { ecp: options.version, node: process.versions.node },
      ...(options.rehearses ? { rehearsal: true } : {}),
      ...(options.startedBy === undefined ? {} : { startedBy: options.startedBy }),
      ...carried,
    }),
  }
  const first = entryPoint(context.manifest).name
  const ownBook = own && ownRun(own.run, first, starting)
  const runs = ownBook ?? new Runs(starting)
  const replay = own && new Replay(ledger, own.run)
  let resuming: Promise<true> | undefined
  const startServers = () => {
    const wanted = new Set(executorsOf(context.manifest).flatMap(({ name }) => reachable(name)))
    // Whoever needs one that cannot be reached hears of it then.
    for (const server of wanted) pins.observe(server).catch(() => undefined)
  }
  const remembered = new ExecutorMemory({
    layers,
    manifest: context.manifest,
    memory: options.memory,
    policy: () => current().policy,
  })
  const gate = createGate({
    ledger,
    servers,
    models: options.models,
    memory: options.memory,
    agents: options.agents,
    declared: (executor) => remembered.declared(executor),
    named: (request) => remembered.asAction(request),
    redactor,
    principal,
    context: context.identity,
    owner: options.owner,
    approvers: options.approvers,
    waits: options.waits,
    ...(replay ? { replay } : {}),
    leaseMs: options.leaseMs,
    rehearses: options.rehearses,
    now,
    newId,
    run: (executor, at) => runs.of(executor, at),
    findRun: (executor, at) => runs.find(executor, at),
    runEnded: (executor, run) => runs.ended(executor, run),
    governed: current,
    timeoutMs: (server, tool) => callTimeoutMs(layers, server, tool),
    passesRoots: (server) => wiredServer(layers, server)?.wiring.passRoots === true,
    async observe({ kind, executor, target }) {
      if (kind !== 'tool.call') return
      const { server } = splitTarget(target)
      if (reachable(executor).includes(server)) await pins.observe(server)
    },
    onStep: (step, action) => options.onStep?.(step, action.id),
  })
  const offers = new Offers({
    layers,
    servers,
    redactor,
    reachable,
    log: options.log,
    mayRead: (executor, kind, target) => mayRead(current().policy, executor, kind, target),
  })
  return {
    gate,
    ledger,
    context: context.identity,
    manifest: context.manifest,
    inputs: context.inputs,
    checkMemory: (executor) => remembered.check(executor),
    runsElsewhere: (executor) => isRemote(context.manifest, executor) && options.agents.has(executor),
    checkEndpoint: (executor) => options.agents.check(executor),
    override,
    checkModel: (executor) => options.models.check(chosenModel(layers, context.manifest, executor, override)),
    begin: async (at) => {
      if (own?.by === undefined || !replay) {
        if (ownBook) return ownBook.begin(at)
        await runs.of(first, at)
        return true
      }
      resuming ??= resumed(ledger, replay, { ...own, by: own.by, at, owner: options.owner, begin: startServers })
      return resuming
    },
    carriedMs: () => replay?.carriedMs ?? 0,
    note: async (at, kind, body) => {
      if (replay?.isNoted(kind, body)) return
      await ledger.append(await runs.of(first, at), at, kind, body)
    },
    model: (executor) => chosenModel(layers, context.manifest, executor, override),
    client,
    principal,
    approvalWaitMs: options.approvalWaitMs,
    gatewayUrl: options.gatewayUrl,
    executors: context.executors,
    catalogue: () => pins.catalogue(),
    tools: (executor) => {
      const { catalogue, policy } = current()
      const pinned = visibleTools(policy, catalogue, executor).flatMap((target) => {
        const definition = catalogue.tools[target]?.definition
        if (!definition) return []
        const { server, tool } = splitTarget(target)
        const listed = pins.listed(server, tool)
        return [{ target, definition, ...(listed ? { listed } : {}) }]
      })
      return [...pinned, ...remembered.offered(executor)]
    },
    mayCall: (executor, target) => {
      const { catalogue, policy } = current()
      return mayCall(policy, catalogue, executor, target)
    },
    offered: (executor, what, asking) => offers.list(executor, what, asking),
    mayRead: (executor, kind, target) => mayRead(current().policy, executor, kind, target),
    reachableServers: reachable,
    prospects: (executor) => offers.prospects(executor, current().policy),
    about: (executor, asking) => offers.about(executor, asking),
    observe: async (executor) => {
      await Promise.allSettled(reachable(executor).map((server) => pins.observe(server)))
    },
    onToolsChanged: (listener) => pins.onChange(listener),
    onEvent: (executor, session, listener) => offers.onEvent(executor, session, listener),
    unsubscribe: (server, uri, session) => servers.unsubscribe(server, uri, { session }),
    setLogLevel: (level, session) => servers.setLogLevel(level, session),
    endSession: ({ id }) => servers.endSession(id),
    close: () => gate.close(),
  }
}

function isRemote(manifest: Context, executor: string): boolean {
  const node = executorsOf(manifest).find(({ name }) => name === executor)
  return node?.executor.protocols?.agentOrchestration !== undefined
}

interface Resuming {
  readonly run: string
  readonly by: string
  readonly at: number
  readonly owner: string
  /** What can go on while the records are read. */
  begin(): void
}

/** Takes a run over and reads what is on record of it; where that cannot be gone on with, it is left as it was found. */
async function resumed(ledger: Ledger, replay: Replay, { run, by, at, owner, begin }: Resuming): Promise<true> {
  await ledger.resumeRun({ run, at, by, owner, isAlive })
  begin()
  await afterThis()
  try {
    replay.load(ledger.journal(run))
    return true
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    await ledger.pauseRun(run, at, { status: 'interrupted', message })
    throw cause
  }
}
