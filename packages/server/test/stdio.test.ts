import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Gateway, misbehaving, witness } from './gateway.ts'
import { childrenOf, isRunning, Wire } from './wire.ts'

// What `ecp mcp` does as a process: its flags, and what becomes of it when its client goes.
const allow = (...tools: string[]) => ({ toolAccess: { default: 'deny', allow: tools } })
const gateway = new Gateway((desk) => ({
  servers: { witness: witness(desk), rich: misbehaving('ok') },
  policies: { open: allow('witness:*', 'rich:*'), narrow: allow('witness:echo', 'witness:look') },
}))
beforeAll(async () => {
  await (await gateway.wire('open')).close()
}, 60_000)
afterAll(() => gateway[Symbol.dispose]())

describe('names', () => {
  test('plain, with one server', async () => {
    const client = await gateway.connect('narrow', '--names', 'plain')
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'look'])
    expect(await client.callTool({ name: 'look', arguments: {} })).not.toHaveProperty('isError')
    await client.close()
  })

  test('the name that --client gives has a run of its own', async () => {
    for (const more of [
      ['--client', 'one'],
      ['--client', 'two'],
      ['--client', 'one'],
    ]) {
      const client = await gateway.connect('narrow', ...more)
      await client.callTool({ name: 'witness__look', arguments: {} })
      await client.close()
    }
    const runs = gateway.records().filter(({ kind }) => kind === 'run.started')
    const clients = runs.flatMap(({ body }) => ('client' in body && body.client !== 'stdio' ? [body.client] : []))
    expect(clients.sort()).toEqual(['one', 'two'])
  })

  test('plain, with more than one server, is refused before anything starts', () => {
    const { status, stdout, stderr } = gateway.desk.ecp(...gateway.args('open', '--names', 'plain').slice(1))
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr).toBe('ecp: plain names need an executor that reaches one server; `open` reaches `rich`, `witness`\n')
  })
})

describe.runIf(process.platform === 'linux')('a client that is gone', () => {
  /** Two calls in flight at the server, which the gateway has as a child. */
  async function waiting(wire: Wire, mark: string): Promise<void> {
    for (const name of ['wait', 'wait_write']) {
      const params = { name: `witness__${name}`, arguments: { mark }, _meta: { progressToken: `${mark} ${name}` } }
      wire.begin('tools/call', params)
      await wire.find(({ params }) => params?.progressToken === `${mark} ${name}`)
    }
  }
  /** What came of each of the two calls, as the ledger has it. */
  function outcomes(mark: string): string[][] {
    const records = gateway.records()
    const ids = records.flatMap((one) =>
      one.kind === 'action.decided' && JSON.stringify(one.body.action.arguments) === JSON.stringify({ mark })
        ? [one.body.action.id]
        : [],
    )
    return ids.map((id) =>
      records.flatMap((one) =>
        one.kind === 'action.finished' && one.body.action === id ? [one.body.outcome.status] : [],
      ),
    )
  }
  function expectCancelled(mark: string): void {
    expect(outcomes(mark)).toEqual([['cancelled'], ['unknown']])
    const heard = gateway.witnessed()
    const begun = heard.findLastIndex(({ args }) => args?.mark === mark)
    expect(heard.slice(begun + 1).filter(({ cancelled }) => cancelled)).toEqual([
      { tool: 'wait', cancelled: true },
      { tool: 'wait_write', cancelled: true },
    ])
  }
  const pidOf = ({ child }: Wire) => child.pid ?? 0

  test('stdin ends: calls are cancelled and recorded, the process ends, no child is left', async () => {
    const leaving = await gateway.wire('open')
    await waiting(leaving, 'stdin')
    const children = childrenOf(pidOf(leaving))
    expect(children.length).toBeGreaterThan(0)
    expect(await leaving.close()).toBe(0)
    expectCancelled('stdin')
    expect(children.filter(isRunning)).toEqual([])
  })

  test.each(['SIGTERM', 'SIGHUP'] as const)('%s does the same', async (signal) => {
    const told = await gateway.wire('open')
    await waiting(told, signal)
    const children = childrenOf(pidOf(told))
    told.child.kill(signal)
    expect(await told.ended).toBe(130)
    expectCancelled(signal)
    expect(children.filter(isRunning)).toEqual([])
  })

  test('a client that is killed', async () => {
    // Between the test and `ecp` stands a client that passes every byte on until it is killed.
    const relay = `const { spawn } = require('node:child_process')
      const ecp = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
      process.stdin.pipe(ecp.stdin)
      ecp.stdout.pipe(process.stdout)
      console.error('pid ' + ecp.pid)`
    const killed = new Wire(process.execPath, ['-e', relay, '--', ...gateway.args('open')], {
      cwd: gateway.desk.folder,
      env: gateway.environment(),
    })
    await killed.initialize()
    await waiting(killed, 'killed')
    const pid = await killed.until(() => /pid (\d+)/.exec(killed.stderr)?.[1])
    const children = childrenOf(Number(pid))
    killed.child.kill('SIGKILL')
    // `ecp` holds the client's stderr: it closes when both are gone, or about to be.
    expect(await killed.ended).toBe('SIGKILL')
    await expect.poll(() => [Number(pid), ...children].filter(isRunning), { timeout: 10_000 }).toEqual([])
    expectCancelled('killed')
  })

  test('an SDK client closes its transport: the process is gone by itself, long before it would be killed', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const options = { args: gateway.args('open'), cwd: gateway.desk.folder, env: gateway.environment() }
    const transport = new StdioClientTransport({ command: process.execPath, stderr: 'ignore', ...options })
    await client.connect(transport)
    await client.listTools()
    const pid = transport.pid ?? 0
    const children = childrenOf(pid)
    await client.close()
    expect([pid, ...children].filter(isRunning)).toEqual([])
  })

  test('ecp itself is killed: honest servers end with it, and the next one records what it left in flight', async () => {
    const doomed = await gateway.wire('open')
    await waiting(doomed, 'doomed')
    const children = childrenOf(pidOf(doomed))
    doomed.child.kill('SIGKILL')
    await doomed.ended
    await expect.poll(() => children.filter(isRunning), { timeout: 10_000 }).toEqual([])
    await (await gateway.wire('open')).close()
    expect(outcomes('doomed')).toEqual([['failed'], ['unknown']])
  })

  test('a client that reads nothing more', async () => {
    const deaf = await gateway.wire('open')
    await waiting(deaf, 'deaf')
    const children = childrenOf(pidOf(deaf))
    deaf.child.stdout.destroy()
    deaf.begin('tools/call', { name: 'witness__look', arguments: {} })
    await deaf.ended
    expectCancelled('deaf')
    expect(children.filter(isRunning)).toEqual([])
  })
})
