import { spawn } from 'node:child_process'
import type { JsonObject } from '@ecp/protocol'
import { HttpLine } from '../../../packages/server/test/http/http-line.ts'

/** A JSON-RPC message as it was on the wire, with every field. */
export interface Message extends JsonObject {
  readonly id?: number | string
  readonly method?: string
  readonly params?: JsonObject
  readonly result?: JsonObject
  readonly error?: JsonObject
}

/** One connection, below any SDK: what is said goes out as it is, what comes is handed on as it came. */
export interface Line extends AsyncDisposable {
  /** Resolves when the other side has taken the message. */
  send(message: JsonObject): Promise<void>
}
export type OpenLine = (heard: (message: Message) => void, failed: (why: string) => void) => Line

/** A process that speaks on its pipes. */
export const overPipes =
  (args: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): OpenLine =>
  (heard, failed) => {
    const child = spawn(process.execPath, args, options)
    child.stdin.on('error', () => {}) // a process that is gone shows in `close`
    let [rest, stderr] = ['', '']
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) heard(JSON.parse(line))
    })
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        failed(`the process ended; it said: ${stderr}`)
        resolve()
      })
    })
    return {
      async send(message) {
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
      },
      async [Symbol.asyncDispose]() {
        child.stdin.end()
        child.kill() // the everything server outlives its input
        await ended
      },
    }
  }

/** A session of streamable HTTP. */
export const overHttp =
  (url: string, headers: Readonly<Record<string, string>>): OpenLine =>
  (heard, failed) =>
    new HttpLine({ url, headers, heard, failed })
