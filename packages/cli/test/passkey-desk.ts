import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { compiled, type Desk } from './desk.ts'
import { program } from './program.ts'

/** `ecp approvers add NAME --passkey`, which waits for a browser. */
export interface AddingPasskey extends AsyncDisposable {
  /** What it says to open. */
  readonly link: string
  /** `http://localhost:PORT`, and what stands behind `#code=`. */
  readonly origin: string
  readonly code: string
  /** Its exit code, and what it has printed, once it ends. */
  ended(): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>
  interrupt(): void
}

export async function addPasskey(desk: Desk, name: string, ...args: readonly string[]): Promise<AddingPasskey> {
  const env = { PATH: dirname(process.execPath), HOME: desk.home, ...compiled }
  const all = [program, 'approvers', 'add', name, '--passkey', ...args]
  const child = spawn(process.execPath, all, { cwd: desk.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout += text
  })
  const exit = once(child, 'exit').then(([status]) => status as number | null) // reason: the event's first argument
  const link = await linkIn(child, said, exit)
  const { origin, hash } = new URL(link)
  return {
    link,
    origin,
    code: hash.replace('#code=', ''),
    ended: async () => ({ status: await exit, ...said }),
    interrupt: () => void child.kill('SIGINT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

function linkIn(child: ChildProcess, said: { stderr: string }, exit: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      said.stderr += text
      const link = /http\S+#code=\S+(?=\s)/.exec(said.stderr)?.[0]
      if (link !== undefined) resolve(link)
    })
    void exit.then((status) => reject(new TypeError(`it ended with ${status}: ${said.stderr}`)))
  })
}
