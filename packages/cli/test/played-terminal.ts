import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { onTestFinished } from 'vitest'
import { compiled, type Desk } from './desk.ts'
import { program } from './program.ts'

/** `script` (util-linux) gives a process a terminal; elsewhere it takes other arguments. */
export const hasTerminal = process.platform === 'linux'

/** An `ecp` that runs on a terminal, and whoever sits before it. */
export interface PlayedTerminal {
  /** All that was written to it so far. */
  shown(): string
  /** Waits until this was written, after what was waited for before. Rejects when `ecp` ends without it. */
  sees(text: string): Promise<void>
  type(keys: string): void
  /** Waits for the end, and gives the exit code. */
  ended(): Promise<number | null>
}

export interface PlayedOptions {
  readonly columns?: number
  readonly rows?: number
  readonly environment?: Readonly<Record<string, string>>
  /** A file for stdout, so that the terminal shows only stderr. */
  readonly stdout?: string
}

export const keys = { enter: '\r', down: '\u001b[B', space: ' ', ctrlC: '\u0003' } as const

export function playTerminal(
  desk: Pick<Desk, 'folder' | 'home'>,
  args: readonly string[],
  { columns = 120, rows = 40, environment = {}, stdout }: PlayedOptions = {},
): PlayedTerminal {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ')
  const out = stdout === undefined ? '' : ` > '${stdout}'`
  const terminal = spawn('script', ['-qec', `stty cols ${columns} rows ${rows}; exec ${words}${out}`, '/dev/null'], {
    cwd: desk.folder,
    env: {
      HOME: desk.home,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      TERM: 'xterm',
      SHELL: '/bin/sh',
      ...compiled,
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void terminal.kill('SIGKILL'))
  let all = ''
  let seen = 0
  terminal.stdout.setEncoding('utf8').on('data', (text) => {
    all += text
    terminal.emit('shown')
  })
  const end = once(terminal, 'close')
  return {
    shown: () => all,
    async sees(text) {
      for (;;) {
        const at = all.indexOf(text, seen)
        if (at >= 0) {
          seen = at + text.length
          return
        }
        const isOver = await Promise.race([once(terminal, 'shown').then(() => false), end.then(() => true)])
        if (isOver && all.indexOf(text, seen) < 0) throw new TypeError(`it ended without \`${text}\`: ${all}`)
      }
    },
    type: (typed) => void terminal.stdin.write(typed),
    async ended() {
      await end
      return terminal.exitCode
    },
  }
}
