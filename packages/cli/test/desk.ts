import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { program } from './program.ts'

const checkout = join(import.meta.dirname, '..', '..', '..')
/** Starting a process costs half as much where what it loads is kept compiled. */
export const compiled = { NODE_COMPILE_CACHE: join(checkout, 'node_modules', '.cache', 'ecp-tests') }

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A home and a working folder of their own, in which a test calls the real `ecp`. */
export interface Desk extends Disposable {
  readonly home: string
  readonly folder: string
  write(file: string, text: string): string
  ecp(...args: string[]): Ended
  ecpWith(environment: Readonly<Record<string, string>>, ...args: string[]): Ended
  /** With this text on stdin. */
  ecpIn(input: string, ...args: string[]): Ended
}

export function openDesk(): Desk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-cli-')))
  const [home, folder] = [join(root, 'home'), join(root, 'work')]
  mkdirSync(home)
  mkdirSync(folder)
  const run = (environment: Readonly<Record<string, string>>, input: string, args: readonly string[]): Ended => {
    const env = { PATH: dirname(process.execPath), HOME: home, USERPROFILE: home, ...compiled, ...environment }
    const ended = spawnSync(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      input,
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status: ended.status, stdout: ended.stdout, stderr: ended.stderr }
  }
  return {
    home,
    folder,
    write: (file, text) => {
      const path = join(folder, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    ecp: (...args) => run({}, '', args),
    ecpWith: (environment, ...args) => run(environment, '', args),
    ecpIn: (input, ...args) => run({}, input, args),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** A Context with one executor and this `toolAccess`, in YAML flow style. */
export function contextYaml(toolAccess: string, more = ''): string {
  return `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: assistant, version: 1.0.0 }
${more}
orchestration: { entrypoint: assistant, strategy: single }
executors:
  - name: assistant
    type: agent
    policies:
      toolAccess: ${toolAccess}
`
}

/** A host configuration that wires and allows one stdio server. */
export function configYaml(server: string, command: string, args: readonly string[] = [], security = ''): string {
  return `version: "0.5"
tools:
  servers:
    ${server}:
      transport: { type: stdio, command: ${JSON.stringify(command)}, args: ${JSON.stringify(args)} }
security:
  tools: { allowServers: [${server}] }
${security}
`
}

/** The same for runs: its agents have a model that is only played from a recording, since nobody answers at its provider. */
export function runConfigYaml(server: string, args: readonly string[]): string {
  const models = '  models: { allowProviders: [local], defaultProviders: [local], allowedModels: { local: [m] } }'
  return `${configYaml(server, process.execPath, args, models)}
models: { providers: { local: { defaultModel: m, config: { baseURL: "http://127.0.0.1:9/v1" } } } }
`
}
