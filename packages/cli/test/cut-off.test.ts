import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { compiled, type Desk, openDesk, runConfigYaml } from './desk.ts'
import { program } from './program.ts'

// Runs whose process ends while a write is in flight, as processes: `kill -9`, and Ctrl-C once and twice.
const witness = fixtureProgram('witness-server')

function prepared(desk: Desk): void {
  desk.write('ecp.config.yaml', runConfigYaml('witness', [witness, join(desk.folder, 'heard')]))
  const step = (name: string, tool: string) => `  - name: ${name}
    type: tool
    tool: { call: "witness:${tool}", args: {} }
    policies: { toolAccess: { default: deny, allow: ["witness:*"] } }
`
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: cut, version: 1.0.0 }
orchestration: { entrypoint: first, strategy: sequential }
executors:
${step('first', 'look')}${step('second', 'wait_write')}${step('third', 'write')}`,
  )
}

const heardBy = (desk: Desk): string[] =>
  existsSync(join(desk.folder, 'heard')) ? readFileSync(join(desk.folder, 'heard'), 'utf8').trim().split('\n') : []

/** `ecp run`, as far as its server has begun with the write that never ends. */
async function inFlight(desk: Desk): Promise<ChildProcess> {
  const before = heardBy(desk).length
  const child = spawn(process.execPath, [program, 'run', 'context.yaml', '--config', 'ecp.config.yaml'], {
    cwd: desk.folder,
    env: { PATH: dirname(process.execPath), HOME: desk.home, ...compiled },
    stdio: 'ignore',
  })
  const seen = Promise.withResolvers<void>()
  const watcher = watch(desk.folder, () => {
    if (
      heardBy(desk)
        .slice(before)
        .some((line) => line.includes('wait_write'))
    )
      seen.resolve()
  })
  await seen.promise
  watcher.close()
  return child
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<readonly unknown[]> {
  const exit = once(child, 'exit')
  child.kill(signal)
  return exit
}

test('kill -9 in a write: the run stops as unknown, a person says what became of it, and it goes on from there', {
  timeout: 120_000,
}, async () => {
  using desk = openDesk()
  prepared(desk)
  const ecp = (...args: string[]) => desk.ecp(...args, '--config', 'ecp.config.yaml')
  expect(await ended(await inFlight(desk), 'SIGKILL')).toEqual([null, 'SIGKILL'])
  const first = ecp('resume', 'last')
  expect(first.status, first.stderr).toBe(5)
  expect(first.stderr).toContain('ecp runs settle')
  const [{ run, unknown }] = JSON.parse(ecp('runs', 'list', '--json').stdout)
  const action = unknown?.[0]?.action ?? JSON.parse(ecp('runs', 'show', run, '--json').stdout).unknown[0].action
  // Nothing that is not unknown can be settled, and only in one way.
  expect(ecp('runs', 'settle', run, 'root/0', '--happened').status).not.toBe(0)
  expect(ecp('runs', 'settle', run, action, '--happened', '--retry').status).toBe(2)
  const settled = ecp('runs', 'settle', run, action, '--happened', '--result', '"it was there"', '--note', 'looked')
  expect(settled.status, settled.stderr).toBe(0)
  const second = ecp('resume', run)
  expect(second.status, second.stderr).toBe(0)
  const calls = heardBy(desk).flatMap((line) => (JSON.parse(line).args ? [JSON.parse(line).tool] : []))
  expect(calls).toEqual(['look', 'wait_write', 'write'])
  expect(ecp('runs', 'settle', run, action, '--retry').status).not.toBe(0)
  expect(ecp('trace', 'verify').status).toBe(0)
})

test('Ctrl-C ends a run with 130, on record and for good; one that is pressed twice ends it at once', {
  timeout: 120_000,
}, async () => {
  using desk = openDesk()
  prepared(desk)
  const ecp = (...args: string[]) => desk.ecp(...args, '--config', 'ecp.config.yaml')
  expect(await ended(await inFlight(desk), 'SIGINT')).toEqual([130, null])
  expect(heardBy(desk).at(-1)).toContain('"cancelled":true')
  expect(JSON.parse(ecp('runs', 'list', '--all', '--json').stdout)).toMatchObject([{ state: 'cancelled' }])
  expect(ecp('resume', 'last').status).toBe(3)

  const child = await inFlight(desk)
  const exit = once(child, 'exit')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  expect(await exit).toEqual([130, null])
  expect(ecp('trace', 'verify').status).toBe(0)
})
