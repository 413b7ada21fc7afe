import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { JsonObject } from '@ecp/protocol'
import { Talk } from './talk.ts'

/** A process that speaks newline-delimited JSON-RPC, with nothing between the test and its bytes. */
export class Wire extends Talk {
  readonly child: ChildProcessWithoutNullStreams
  /** Exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  stderr = ''

  constructor(command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    super()
    this.child = spawn(command, args, options)
    this.child.stdin.on('error', () => {}) // a process that is gone shows in `ended`
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.wake()
    })
    let rest = ''
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      // Not by readline, which also ends lines at U+2028.
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.hear(JSON.parse(line))
    })
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.end(() => `the process ended before that; it said: ${this.stderr}`)
        resolve(signal ?? code)
      })
    })
  }

  write(text: string | Uint8Array): void {
    this.child.stdin.write(text)
  }

  send(message: JsonObject): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  /** Closes stdin and waits for the process to go by itself. */
  async close(): Promise<number | NodeJS.Signals | null> {
    this.child.stdin.end()
    return this.ended
  }
}

/** The direct children of a process, from proc(5). Linux only. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** False also for one that has ended and that nobody has waited for yet. Linux only. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The most memory that a process ever had resident, in MB (10^6 bytes), from proc(5). Linux only. */
export function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}
