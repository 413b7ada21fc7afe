import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { compiled, type Desk, type Ended } from './desk.ts'
import { program } from './program.ts'

/** `ecp` that runs while this process goes on: beside an agent, say, that it talks to and that lives here. */
export function beside(
  desk: Pick<Desk, 'folder' | 'home'>,
  ...args: string[]
): { readonly child: ChildProcess; readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }> } {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: desk.folder,
    env: { PATH: dirname(process.execPath), HOME: desk.home, ...compiled },
  })
  const told = { stdout: '', stderr: '' }
  for (const pipe of ['stdout', 'stderr'] as const) {
    child[pipe].setEncoding('utf8').on('data', (piece: string) => {
      told[pipe] += piece
    })
  }
  return { child, ended: once(child, 'close').then(([status, signal]) => ({ status, signal, ...told })) }
}

/** `context.yaml`, and a host configuration: an agent at this address paints, and what it asks goes to a person. */
export function asksFor(desk: Pick<Desk, 'write'>, url: string, config: string): void {
  desk.write(
    config,
    `version: "0.5"
agents: { endpoints: { painter: "${url}" } }
security: { agents: { allowEndpoints: [painter] } }
`,
  )
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: painting, version: 1.0.0 }
orchestration: { entrypoint: lead, strategy: sequential }
executors:
  - { name: lead, type: agent }
  - name: painter
    type: agent
    protocols: { agentOrchestration: { type: a2a } }
    ask: { title: "The painter has a question" }
`,
  )
}
