import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A started server process, leader of a process group of its own. */
export interface Child {
  readonly stdin: ChildProcessWithoutNullStreams['stdin']
  readonly stdout: ChildProcessWithoutNullStreams['stdout']
  readonly stderr: ChildProcessWithoutNullStreams['stderr']
  /** Settles when the process has ended and its output was read, or shortly after its end. Never rejects. */
  readonly ended: Promise<Exit>
  hasExited(): boolean
  /** Ends the group: stdin closed, then SIGTERM, then SIGKILL. Settles when the process is gone. */
  stop(bounds: { readonly closeMs: number; readonly terminateMs: number }): Promise<void>
  /** Ends the group at once. */
  kill(): void
}

const hasGroups = process.platform !== 'win32'
/** After a process has ended, its output and what it left behind in its group get this long (ms). */
const afterExitMs = 250
const alive = new Set<Child>()

// Whoever ends this process, normally or by an uncaught error, ends the servers with it. (On SIGKILL they see the end of
// their stdin.)
process.on('exit', () => {
  for (const child of alive) child.kill()
})

/** Starts a process without a shell. Rejects with the system's error when it cannot be started. */
export function startChild(options: {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}): Promise<Child> {
  return new Promise((resolve, reject) => {
    const spawned = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: 'pipe',
      shell: false,
      detached: hasGroups,
      windowsHide: true,
    })
    spawned.once('error', reject)
    spawned.once('spawn', () => {
      spawned.off('error', reject)
      // A failed kill or write shows in `exit` and in the streams.
      spawned.on('error', () => {})
      resolve(adopt(spawned))
    })
  })
}

function adopt(spawned: ChildProcessWithoutNullStreams): Child {
  const exited = new Promise<Exit>((resolve) => spawned.once('exit', (code, signal) => resolve({ code, signal })))
  const drained = new Promise<void>((resolve) => spawned.once('close', () => resolve()))
  const signal = (name: NodeJS.Signals) => {
    try {
      if (hasGroups && spawned.pid !== undefined) process.kill(-spawned.pid, name)
      else spawned.kill(name)
    } catch {
      // Nobody is left in the group.
    }
  }
  const ended = exited.then(async (exit) => {
    // What the server started and left behind. The group cannot have been reused: this follows its leader's end closely.
    signal('SIGTERM')
    await within(afterExitMs, drained)
    signal('SIGKILL')
    for (const stream of [spawned.stdin, spawned.stdout, spawned.stderr]) stream.destroy()
    alive.delete(child)
    return exit
  })
  const child: Child = {
    stdin: spawned.stdin,
    stdout: spawned.stdout,
    stderr: spawned.stderr,
    ended,
    hasExited: () => spawned.exitCode !== null || spawned.signalCode !== null,
    kill: () => signal('SIGKILL'),
    async stop({ closeMs, terminateMs }) {
      spawned.stdin.end()
      if (!(await within(closeMs, ended))) signal('SIGTERM')
      if (!(await within(terminateMs, ended))) signal('SIGKILL')
      await ended
    },
  }
  alive.add(child)
  return child
}

/** Whether the promise settled within so many milliseconds. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
