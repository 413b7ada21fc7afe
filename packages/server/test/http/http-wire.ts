import type { JsonObject } from '@ecp/protocol'
import { Talk } from '../talk.ts'
import { HttpLine } from './http-line.ts'

/** A client of 2025-11-25 over HTTP, with nothing between the test and what is said. */
export class HttpWire extends Talk {
  readonly line: HttpLine

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    super()
    this.line = new HttpLine({
      url,
      headers,
      heard: (message) => this.hear(message),
      failed: (why) => this.end(() => why),
    })
  }

  send(message: JsonObject): void {
    void this.line.send(message).catch(() => undefined) // it was told to `failed`
  }

  async close(): Promise<void> {
    await this.line[Symbol.asyncDispose]()
    this.end(() => 'it was left')
  }
}
