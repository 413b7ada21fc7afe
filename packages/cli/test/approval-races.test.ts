import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { compiled, configYaml, contextYaml, type Desk, type Ended, openDesk } from './desk.ts'
import { openPeopleDesk } from './people.ts'
import { program } from './program.ts'

// Many at once, each a process or a client of its own: what is approved once runs once.
const witness = fixtureProgram('witness-server')
const agents = 100

/** `ecp serve` for whoever comes, as an operator starts it; ends with its test. */
async function serve(desk: Desk, flags: readonly string[]): Promise<string> {
  const args = [program, 'serve', '--context', 'assistant.yaml', '--executor', 'assistant']
  const options = ['--listen', '127.0.0.1:0', '--no-socket', '--json', ...flags]
  const env = { PATH: dirname(process.execPath), HOME: desk.home, ...compiled }
  const child: ChildProcess = spawn(process.execPath, [...args, ...options], {
    cwd: desk.folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  const [line] = await once(child.stdout?.setEncoding('utf8') ?? child, 'data')
  return JSON.parse(String(line)).mcp
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  onTestFinished(() => client.close())
  return client
}

test(`${agents} agents at two gateways on one ledger wait for the same approval, and call again: it runs once`, {
  timeout: 300_000,
}, async () => {
  const desk = openDesk()
  onTestFinished(() => desk[Symbol.dispose]())
  const heard = join(desk.folder, 'heard.jsonl')
  const flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  const config = configYaml('witness', process.execPath, [witness, heard])
  desk.write('host.yaml', `${config}gateway: { approvals: { wait: 200s } }\n`)
  const rules =
    '{ default: deny, allow: ["witness:*"] }\n      writeControls: { requireApprovalFor: ["witness:write"] }'
  desk.write('assistant.yaml', contextYaml(rules))
  const gateways = [await serve(desk, flags), await serve(desk, flags)]
  const clients: Client[] = []
  for (let n = 0; n < agents; n += 1) clients.push(await connect(gateways[n % 2] ?? ''))

  let waiting = 0
  const ids = new Set<string>()
  const all = Promise.withResolvers<void>()
  const call = (client: Client, onprogress?: (message: string) => void) =>
    client.callTool(
      { name: 'witness__write', arguments: { n: 1 } },
      { timeout: 250_000, resetTimeoutOnProgress: true, onprogress: ({ message }) => onprogress?.(message ?? '') },
    )
  const results = clients.map((client) => {
    let isWaiting = false
    return call(client, (message) => {
      const [, id] = /\(([0-9a-f-]{36})\)/.exec(message) ?? []
      if (id === undefined || isWaiting) return
      isWaiting = true
      waiting += 1
      ids.add(id)
      if (waiting === agents) all.resolve()
    })
  })
  await Promise.race([all.promise, Promise.all(results)])
  expect([waiting, ids.size]).toEqual([agents, 1])
  const [id = ''] = ids
  const approving = await run(desk, ['approvals', 'approve', id, ...flags])
  expect(approving.status, approving.stderr).toBe(0)

  // Those that came too late for it are told at once that they wait, together, under another one: whether before or
  // after the one that runs has its result is not said.
  await Promise.any(results.map(async (result) => expect((await result).isError).toBeUndefined()))
  const [next] = JSON.parse(desk.ecp('approvals', 'list', '--json', ...flags).stdout)
  expect(next?.approval).not.toBe(id)
  const ended = await Promise.all(results)
  expect(ended.filter(({ isError }) => isError !== true)).toHaveLength(1)
  expect(writesIn(heard)).toBe(1)
  expect(desk.ecp('trace', 'verify', ...flags).status).toBe(0)
  const used = JSON.parse(desk.ecp('approvals', 'list', '--state', 'used', '--json', ...flags).stdout)
  expect(used).toMatchObject([{ approval: id }])

  // And the stop switch beats the answer to the next one.
  expect(desk.ecp('approvals', 'approve', next.approval, ...flags).status).toBe(0)
  expect(desk.ecp('freeze', ...flags).status).toBe(0)
  const stopped = await Promise.all(clients.slice(0, 4).map((client) => call(client)))
  for (const { _meta } of stopped) expect(JSON.stringify(_meta)).toContain('host.frozen')
  expect(writesIn(heard)).toBe(1)
})

test('two approvers at once: both answers are on record, and it runs once; no row that an agent writes is one', {
  timeout: 180_000,
}, async () => {
  const desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"], approval: { approvers: [ops], quorum: 2 } }')
  onTestFinished(() => desk[Symbol.dispose]())
  const passes = ['ada', 'bob'].map((name) => ({ name, file: desk.passphrase(`${name}.pass`, `the words of ${name}`) }))
  for (const { name, file } of passes) {
    const added = desk.ecp(
      'approvers',
      'add',
      name,
      '--passphrase-file',
      file,
      '--groups',
      'ops',
      '--into',
      'host.yaml',
    )
    expect(added.status, added.stderr).toBe(0)
  }
  const client = await desk.connect()
  onTestFinished(() => client.close())
  const path = join(desk.folder, 'out.txt')
  const first = desk.ask(client, 'write_file', { path, content: 'x' })
  const id = await first.waiting
  const approving = passes.map(({ name, file }) =>
    run(desk, ['approvals', 'approve', id, '--as', name, '--passphrase-file', file, ...desk.flags]),
  )
  expect((await Promise.all(approving)).map(({ status }) => status)).toEqual([0, 0])
  expect(await first.result).not.toMatchObject({ isError: true })
  expect(readFileSync(path, 'utf8')).toBe('x')
  const [used] = JSON.parse(desk.ecp('approvals', 'list', '--all', '--json', ...desk.flags).stdout)
  expect(used).toMatchObject({ approval: id, state: 'used' })
  expect(used.answers.map(({ by }: { by: string }) => by).sort()).toEqual(['ada', 'bob'])
  expect(desk.ecp('trace', 'verify', ...desk.flags).status).toBe(0)

  // An agent with a shell makes the next one look as the last one did, signatures and all.
  const second = desk.ask(client, 'write_file', { path, content: 'y' })
  const forged = spawnSync(process.execPath, ['-e', forgery], {
    env: { LEDGER: join(desk.folder, 'ledger', 'ledger.db'), FROM: id, TO: await second.waiting },
    encoding: 'utf8',
  })
  expect(forged.status, forged.stderr).toBe(0)
  expect(await second.result).toMatchObject({ isError: true })
  expect(readFileSync(path, 'utf8')).toBe('x')
  expect(desk.ecp('trace', 'verify', ...desk.flags)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/approval/),
  })
})

/** Writes into the ledger's file, as any process of the same user can: the answers of one approval become those of another. */
const forgery = `
  const { DatabaseSync } = require('node:sqlite')
  const { LEDGER, FROM, TO } = process.env
  const database = new DatabaseSync(LEDGER, { timeout: 10_000 })
  const valueOf = (id) => JSON.parse(database.prepare('SELECT value FROM approvals WHERE id = ?').get(id).value)
  const answers = valueOf(FROM).answers.map((answer) => ({ ...answer, approval: TO }))
  const value = JSON.stringify({ ...valueOf(TO), state: 'approved', answers })
  database.prepare("UPDATE approvals SET state = 'approved', value = ? WHERE id = ?").run(value, TO)
  database.close()
`

/** Another `ecp` that goes on by itself until it ends. */
function run(desk: Desk, args: readonly string[]): Promise<Ended> {
  const env = { PATH: dirname(process.execPath), HOME: desk.home, ...compiled }
  const child = spawn(process.execPath, [program, ...args], {
    cwd: desk.folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })))
}

function writesIn(file: string): number {
  if (!existsSync(file)) return 0
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"tool":"write"')).length
}
