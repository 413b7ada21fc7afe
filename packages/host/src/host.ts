import type { Ledger } from '@ecp/ledger'
import type { Action, Catalogue, Context, JsonObject, RecordBodies, ToolDefinition } from '@ecp/protocol'
import type { Gate } from './gate/gate.ts'
import type { NoteKind } from './gate/replay.ts'
import type { ModelOverride } from './models/chosen-model.ts'
import type { CallOptions, Listing, ServerEvent, ServerFacts, Session } from './servers/servers.ts'

/** A tool that an executor could be allowed to call, as it was pinned; one of ecp's own (`ecp:memory/...`) as this version has it. */
export interface OfferedTool {
  /** `server:tool` */
  readonly target: string
  readonly definition: ToolDefinition
  /** All that the server last said of it, redacted: the pinned definition, and fields that no digest covers. */
  readonly listed?: JsonObject
}

/** A resource, resource template or prompt that an executor may read, as its server lists it, redacted. */
export interface Offered {
  readonly server: string
  readonly item: JsonObject
}

/** What an executor's clients can be offered at all, before any server is asked. */
export interface Prospects {
  /** Some entry of `resourceAccess.allow`, of `prompts`, names one of its servers. */
  readonly resources: boolean
  readonly prompts: boolean
  /** Some server of it has `passLogs`, `passInstructions`. */
  readonly logs: boolean
  readonly instructions: boolean
}

type Asking = Pick<CallOptions, 'signal' | 'session'>

/** An open boundary: one Context under this machine's config, with its Gate, for one client. */
export interface Host {
  readonly gate: Gate
  readonly ledger: Ledger
  readonly context: Action['context']
  /** The manifest as it was read, and the values of its inputs. */
  readonly manifest: Context
  readonly inputs: JsonObject
  /**
   * The model of an executor as `provider/model`: what is asked for in place of it (`override`), what the Context says, or the host's default.
   * Throws `host.refused` where nobody says. Whether it may be used is decided with each turn.
   */
  model(executor: string): string
  /** Whether that model could be asked: throws `host.refused` or `secret.*` for what is missing. */
  checkModel(executor: string): Promise<void>
  /** Whether there is a store for the memory of an executor that may use it: throws `host.refused` where not. */
  checkMemory(executor: string): void
  /** Whether an executor is an agent elsewhere: it says so (`agentOrchestration`), and the host has an endpoint of its name. */
  runsElsewhere(executor: string): boolean
  /** Whether that endpoint could be asked: throws `host.refused` or `secret.*` for what is missing. */
  checkEndpoint(executor: string): Promise<void>
  /** What is asked for in place of what the Context says, for the whole run. */
  readonly override: ModelOverride
  /**
   * Writes the start of its run down, where it is not on record yet; of a run that is resumed, that it is, and reads what is on
   * record of it. Answers whether this process carries the run: false where any process had started it before. Throws `LedgerError` (`ledger.run-taken`: another process carries it), and `host.refused` for a run whose payloads
   * were not recorded.
   */
  begin(at: number): Promise<boolean>
  /**
   * Of a run that was resumed: how long (ms) it was carried before, less the time that it waited for people. Known once it was begun; 0
   * for one that starts.
   */
  carriedMs(): number
  /** Appends to its run what is no action, unless a run that was resumed has exactly that on record. Throws `LedgerError`. */
  note<K extends NoteKind>(at: number, kind: K, body: RecordBodies[K]): Promise<void>
  readonly client: string
  readonly principal: string
  /** How long (ms) a held call should wait for a person (`gateway.approvals.wait`). */
  readonly approvalWaitMs: number
  /** How people and clients reach `ecp serve` on this machine: an origin; nothing where the config does not say (`gateway.url`). */
  readonly gatewayUrl: string | undefined
  readonly executors: readonly string[]
  catalogue(): Catalogue
  /** What this executor may be shown: tools that could be allowed, held or proposed for some arguments. */
  tools(executor: string): readonly OfferedTool[]
  /**
   * Whether a tool (`server:tool`) could be allowed, held or proposed for some arguments: those of {@link tools}, and those of
   * external servers, which their own program shows.
   */
  mayCall(executor: string, target: string): boolean
  /** What this executor may read of a kind. Servers that do not answer are left out and reported in the log. */
  offered(executor: string, what: Listing, asking: Asking): Promise<readonly Offered[]>
  /** Whether a resource or prompt (`server:uri`, `server:prompt`) could be allowed for this executor. */
  mayRead(executor: string, kind: 'resource.read' | 'prompt.get', target: string): boolean
  /** The servers, external ones left out, that this executor could call some tool, or read something, of. Sorted. */
  reachableServers(executor: string): readonly string[]
  prospects(executor: string): Prospects
  /**
   * What the executor's servers said of themselves, those that answer: their instructions, redacted, only where the wiring
   * passes them.
   */
  about(executor: string, asking: Asking): Promise<ReadonlyMap<string, ServerFacts>>
  /** Asks the servers that this executor can reach what their tools are. Settles when all have answered or failed. */
  observe(executor: string): Promise<void>
  /** Called after the catalogue changed. Returns how to stop listening. */
  onToolsChanged(listener: () => void): () => void
  /**
   * What the executor's servers announce for this session, redacted: list changes, updates of resources that the session
   * subscribed to, and, where the wiring passes them, log messages. Returns how to stop listening.
   */
  onEvent(executor: string, session: Session, listener: (event: ServerEvent) => void): () => void
  /** Takes back a subscription that a `resource.read` with `{subscribe: true}` made. */
  unsubscribe(server: string, uri: string, session: Session): Promise<void>
  /** Least level of the log messages that this session is sent (RFC 5424 names). */
  setLogLevel(level: string, session: Session): Promise<void>
  /** The client is gone: what was this session's alone ends. */
  endSession(session: Session): Promise<void>
  /** Ends leases; what was opened for this client only. A machine that was opened with it ends, too. */
  close(): Promise<void>
}
