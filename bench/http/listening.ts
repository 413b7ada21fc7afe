import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process that listens, or is about to. */
export interface Listening {
  readonly child: ChildProcess
  /** Ends it, and settles when it is gone. */
  stop(): Promise<void>
}

export interface ListeningOptions {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Whether it can be told something (`bench/harness/garbage.ts`). */
  readonly isTold?: boolean
}

export function start({ command: [command = '', ...args], environment = {}, isTold }: ListeningOptions): Listening {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', isTold ? 'ipc' : 'ignore'],
  })
  // What it says is shown when it fails.
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000)
  })
  let isWanted = true
  child.once('exit', (code) => isWanted && process.stderr.write(`\`${args.join(' ')}\` ended with ${code}\n${said}\n`))
  return {
    child,
    async stop() {
      isWanted = false
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** The first line that it prints, which is JSON. */
export async function firstLine<T>({ child }: Listening): Promise<T> {
  if (!child.stdout) throw new Error('it prints nowhere')
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  const lines = createInterface({ input: child.stdout })
  const [line] = await once(lines, 'line', { signal: ended.signal })
  child.stdout.resume()
  return JSON.parse(String(line)) as T // reason: the script is ours and prints this type
}
