import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/client'

/** Milliseconds. A server says how long to wait (`retry:`); it may not keep this side busy with that, nor stop it for good. */
const leastForAnswer = 100
const leastForStream = 1_000
const most = 3_600_000

/**
 * How the SDK goes on reading a stream that broke off (MCP, Resumability): `isAnswer` says whether somebody waits for what
 * comes on it.
 */
export function reconnection(
  isAnswer: () => boolean,
): Required<Pick<StreamableHTTPClientTransportOptions, 'reconnectionOptions' | 'reconnectionScheduler'>> {
  return {
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 5,
    },
    reconnectionScheduler: (reconnect, delay) => {
      const least = isAnswer() ? leastForAnswer : leastForStream
      // Who waits for the answer has a timer; nobody else has to stay for it.
      const timer = setTimeout(reconnect, Math.min(most, Math.max(least, delay))).unref()
      return () => clearTimeout(timer)
    },
  }
}
