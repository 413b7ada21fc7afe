import type { EventStore } from '@modelcontextprotocol/server'

type Message = Parameters<EventStore['storeEvent']>[1]

/** What a session said on each of its streams, for clients that come back to one. */
export class Events implements EventStore {
  readonly #events: { readonly stream: string; readonly message: Message }[] = []

  async storeEvent(stream: string, message: Message): Promise<string> {
    return String(this.#events.push({ stream, message }))
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events[Number(id) - 1]?.stream
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: Message) => Promise<void> },
  ): Promise<string> {
    const stream = this.#events[Number(last) - 1]?.stream
    if (stream === undefined) throw new TypeError('there is no such event')
    for (const [index, event] of this.#events.entries()) {
      // A priming event is stored as an empty message.
      const isLater = index >= Number(last) && event.stream === stream && 'jsonrpc' in event.message
      if (isLater) await send(String(index + 1), event.message)
    }
    return stream
  }
}
