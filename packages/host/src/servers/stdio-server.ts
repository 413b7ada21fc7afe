import type { ServerWiring } from '@ecp/protocol'

/** What the host lets a server do beside answering. */
export interface ServerLicence {
  /** What it may ask of the client whose call it works on. */
  readonly mayAsk: { readonly sampling: boolean; readonly elicitation: boolean; readonly roots: boolean }
  /** Whether its log messages are passed on to the client. */
  readonly passLogs: boolean
}

/** A server that only answers. */
export const silent: ServerLicence = {
  mayAsk: { sampling: false, elicitation: false, roots: false },
  passLogs: false,
}

/** What is known of a wired server, whatever its transport. */
export interface ServerBasics {
  readonly name: string
  /** Milliseconds for everything from the start or first connection to the last page of the first tools/list. */
  readonly startTimeoutMs: number
  /** Milliseconds for a call whose tool says nothing else. */
  readonly callTimeoutMs: number
  readonly tools: NonNullable<ServerWiring['tools']>
  /** Missing: it only answers. */
  readonly licence?: ServerLicence
}

/** One wired stdio server (host.md, transports), ready to be started. */
export interface StdioServer extends ServerBasics {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The child's whole environment, secrets included. Asked for at each start, kept by nobody. */
  environment(): Promise<Readonly<Record<string, string>>>
}

/** What a server may cost us. Bytes are UTF-8 bytes, times are milliseconds. */
export interface ServerLimits {
  /** One line of the server's stdout. */
  readonly maxMessageBytes: number
  /** Levels of nesting in one message. */
  readonly maxMessageDepth: number
  /** Lines that are no JSON-RPC message, over a connection's life, before it is killed. Some servers greet on stdout. */
  readonly maxGarbageLines: number
  /** What may wait for a server that does not read. */
  readonly maxUnsentBytes: number
  readonly maxToolPages: number
  readonly maxTools: number
  /** Connections of sessions to one server, beside the shared one. */
  readonly maxSessions: number
  /** All pages of one tools/list together. */
  readonly maxToolBytes: number
  /** What is kept of stderr. */
  readonly stderrLines: number
  readonly stderrBytes: number
  /** Lines of stderr that one connection may put into the log. The last ones are kept all the same. */
  readonly loggedStderrLines: number
  /** How long a server may take to go after its stdin was closed, then after SIGTERM. SIGKILL follows. */
  readonly closeMs: number
  readonly terminateMs: number
  /** The first wait after repeated failures; it doubles up to the longest. */
  readonly firstBackoffMs: number
  readonly longestBackoffMs: number
  /** A connection that lived this long was a good one: failures before it are forgotten. */
  readonly stableMs: number
}

export const defaultServerLimits: ServerLimits = {
  maxMessageBytes: 4_000_000,
  maxMessageDepth: 200,
  maxGarbageLines: 20,
  maxUnsentBytes: 16_000_000,
  maxToolPages: 100,
  maxTools: 5_000,
  maxSessions: 200,
  maxToolBytes: 16_000_000,
  stderrLines: 20,
  stderrBytes: 8_000,
  loggedStderrLines: 5_000,
  closeMs: 500,
  terminateMs: 2_000,
  firstBackoffMs: 500,
  longestBackoffMs: 30_000,
  stableMs: 30_000,
}

/** What goes to the log about a server. Redacted; never for the terminal. */
export interface ServerLogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly server: string
  readonly event: 'started' | 'stopped' | 'failed' | 'stderr' | 'garbage' | 'tools-refused' | 'tools-changed'
  readonly message: string
}
