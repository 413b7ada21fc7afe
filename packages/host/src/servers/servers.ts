import type { Json, JsonObject } from '@ecp/protocol'

/** A tool as its server lists it, untouched: unknown fields included. */
export type RawTool = JsonObject & { readonly name: string }

export interface CallOptions {
  readonly signal: AbortSignal
  /** Milliseconds until the call is cancelled at the server and fails with `server.timeout`. */
  readonly timeoutMs: number
  /** Progress notifications of the server for this call, as it sent them. */
  readonly onProgress?: (params: JsonObject) => void
}

/**
 * Connections to the host's MCP servers: started when first needed, supervised, restarted with backoff. Every failure is
 * a `HostError` with a code `server.*` and, where there is one, the last lines of the server's stderr, redacted.
 */
export interface Servers {
  /** All tools the server lists now, every page. Connects if needed. */
  tools(server: string, signal?: AbortSignal): Promise<readonly RawTool[]>
  /** The raw result of tools/call, `isError` results included. Throws only if no result came. */
  call(server: string, tool: string, args: Json, options: CallOptions): Promise<JsonObject>
  /** Called when a server says that its tools changed, and after a restart. Returns how to stop listening. */
  onToolsChanged(listener: (server: string) => void): () => void
  /**
   * Whether the last {@link tools} of this server still holds: the same process lives, and has not said that its tools
   * changed.
   */
  isListCurrent(server: string): boolean
  /**
   * From now on asked before each call to a server whose list is not current: what was decided may no longer be what the
   * server would do. When it throws, nothing is sent and the call fails with that.
   */
  guardCalls(guard: (server: string, tool: string) => Promise<void>): void
  close(): Promise<void>
}
