import type { JsonObject } from '@ecp/protocol'

/** A tool as its server lists it, untouched: unknown fields included. */
export type RawTool = JsonObject & { readonly name: string }

/** What beside tools a server lists. */
export type Listing = 'resources' | 'resourceTemplates' | 'prompts'

/** One request to a server, as its revision of MCP writes it down: what is not named here is passed on untouched. */
export interface ServerRequest {
  readonly method: string
  readonly params: JsonObject
}

/** What a server asks of the client while it works. */
export interface AskedRequest extends ServerRequest {
  /** The server's own name for it among what it asks at once (2026-07-28, `inputRequests`). */
  readonly key?: string
}

/**
 * Whom a request is made for. A server that may ask something back (sampling, elicitation, roots), or whose log is passed
 * on, gets a connection for each session, so that it is never asked on behalf of one client what another one answers;
 * all other connections are shared.
 */
export interface Session {
  /** Not guessable, and never used again. */
  readonly id: string
  /** What the client says that it can do (MCP, ClientCapabilities). A server is told of it what the host allows. */
  readonly capabilities: JsonObject
}

export interface CallOptions {
  readonly signal: AbortSignal
  /** Milliseconds until the call is cancelled at the server and fails with `server.timeout`; time in `ask` is not counted. */
  readonly timeoutMs: number
  readonly session?: Session
  /** Progress notifications of the server for this call, as it sent them. */
  readonly onProgress?: (params: JsonObject) => void
  /** Other notifications of the server that belong to this call: log messages, where they are passed on. */
  readonly onNotification?: (method: string, params: JsonObject) => void
  /**
   * The server asks something while it works: `sampling/createMessage`, `elicitation/create` or `roots/list`, sent as a
   * request (2025-11-25) or nested in an `input_required` result (2026-07-28). The answer goes back to it. What this throws
   * is told to the server as an error, or, where the revision has no words for that, ends the call with it.
   */
  readonly ask?: (request: AskedRequest) => Promise<JsonObject>
}

/** What a server said of itself when it was last reached. */
export interface ServerFacts {
  /** `2025-11-25`, `2026-07-28`, or an older one. */
  readonly revision: string
  readonly capabilities: JsonObject
  readonly instructions?: string
}

/** What a server says without being asked: list changes, updates of resources, log messages, ends of elicitations, tasks. */
export interface ServerEvent {
  readonly server: string
  /** The session whose connection it came on; none for a shared one. */
  readonly session?: string
  readonly method: string
  readonly params: JsonObject
}

/**
 * Connections to the host's MCP servers: started when first needed, supervised, restarted with backoff. Every failure is
 * a `HostError` with a code `server.*` and, where there is one, the last lines of the server's stderr, redacted. An error
 * that the server itself answered is `server.error`, and carries what it said in `rpc`.
 */
export interface Servers {
  /** Connects if needed. */
  about(server: string, options: Pick<CallOptions, 'signal' | 'session'>): Promise<ServerFacts>
  /** All tools the server lists now, every page. Connects if needed. */
  tools(server: string, signal?: AbortSignal): Promise<readonly RawTool[]>
  /** Everything of a kind that the server lists now, every page, untouched; nothing of a server that has none. */
  list(server: string, what: Listing, options: Pick<CallOptions, 'signal' | 'session'>): Promise<readonly JsonObject[]>
  /** The raw result, `isError` results included. Throws only if no result came. */
  request(server: string, request: ServerRequest, options: CallOptions): Promise<JsonObject>
  /** From now on updates of this resource come as events. Once for all who ask; settles when the server has agreed. */
  subscribe(server: string, uri: string, options: CallOptions): Promise<void>
  /** The counterpart: the server is told when nobody is subscribed any more. Unknown subscriptions are no error. */
  unsubscribe(server: string, uri: string, options: Pick<CallOptions, 'session'>): Promise<void>
  isSubscribed(server: string, uri: string, options: Pick<CallOptions, 'session'>): boolean
  /** Least level of log messages that this session wants (RFC 5424 names), on servers whose log is passed on. */
  setLogLevel(level: string, session: Session): Promise<void>
  /** Ends the connections that were this session's alone, and its subscriptions. */
  endSession(id: string): Promise<void>
  /** Returns how to stop listening. */
  onEvent(listener: (event: ServerEvent) => void): () => void
  /** Called when a server says that its tools changed, and after a restart. Returns how to stop listening. */
  onToolsChanged(listener: (server: string) => void): () => void
  /**
   * Whether the last {@link tools} of this server still holds: the same process lives, and has not said that its tools
   * changed.
   */
  isListCurrent(server: string): boolean
  /**
   * From now on asked before each `tools/call` to a server whose list is not current: what was decided may no longer be
   * what the server would do. When it throws, nothing is sent and the call fails with that.
   */
  guardCalls(guard: (server: string, tool: string) => Promise<void>): void
  close(): Promise<void>
}
