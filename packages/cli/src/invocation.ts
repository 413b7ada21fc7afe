import type { Readable, Writable } from 'node:stream'
import type { Terminal } from './terminal/terminal.ts'

/** The flags that every command takes, as they were given. */
export interface CommonOptions {
  readonly config?: string
  readonly environment?: string
  readonly traceDir?: string
  readonly json?: boolean
  readonly debug?: boolean
}

/** One call of `ecp`: what it was told, and what it finds around itself. */
export interface Invocation {
  readonly common: CommonOptions
  readonly terminal: Terminal
  readonly cwd: string
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The operating system's name of who calls. */
  readonly user: string
  /** Of the `ecp` package, as in package.json. */
  readonly version: string
  /** stdin and stdout, for a command that speaks a protocol on them. */
  readonly input: Readable
  readonly output: Writable
  /** Milliseconds since the epoch. */
  now(): number
  /** From its first call on SIGINT and SIGTERM abort this signal, and end the process only when they come again. */
  interruption(): AbortSignal
}
