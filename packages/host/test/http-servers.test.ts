import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { boundary, faultsOf, recordsOf } from './boundary.ts'
import { official } from './servers.ts'

// The official everything server over both of MCP's ways on HTTP, behind the Gate.

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo // reason: it listens on an address
  probe.close()
  await once(probe, 'close')
  return port
}

async function everythingOver(
  transport: 'streamableHttp' | 'sse',
): Promise<{ readonly port: number; kill(): Promise<void> }> {
  const port = await freePort()
  const child = spawn(process.execPath, [official('everything'), transport], {
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new TypeError(`it ended: ${said}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk)
      if (said.includes(String(port))) resolve()
    })
  })
  return {
    port,
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function wired(transport: object, network = '') {
  const made = boundary()
  writeFileSync(
    made.config,
    `version: "0.5"
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security:
  tools: { allowServers: [witness] }
${network}`,
  )
  return made
}

const echo = {
  kind: 'tool.call',
  target: 'witness:echo',
  arguments: { message: 'over HTTP' },
  executor: 'agent',
  origin: 'gateway',
} as const

test.each([
  ['http', 'streamableHttp', '/mcp'],
  ['sse', 'sse', '/sse'],
] as const)(
  'a server over %s: decided, performed and recorded like any other; gone, it fails in bounded time',
  async (type, how, path) => {
    const server = await everythingOver(how)
    const made = wired({ type, url: `http://127.0.0.1:${server.port}${path}` })
    const host = await made.open()
    onTestFinished(() => host.close())
    await host.observe('agent')
    expect(host.tools('agent').map(({ target }) => target)).toContain('witness:echo')
    const answer = await host.gate.perform(echo)
    expect(answer.outcome.status, answer.outcome.error?.message).toBe('completed')
    expect(answer.result).toEqual({ content: [{ type: 'text', text: 'Echo: over HTTP' }] })
    expect((await host.gate.perform({ ...echo, target: 'witness:no-such-tool' })).decision.effect).toBe('deny')

    await server.kill()
    const gone = await host.gate.perform(echo)
    expect(gone.decision.effect).toBe('allow')
    expect(gone.outcome.status).toBe('failed')
    const ledger = made.ledger()
    expect(recordsOf(ledger).filter(({ kind }) => kind === 'action.finished')).toHaveLength(2)
    expect(faultsOf(ledger)).toEqual([])
    ledger.close()
  },
)

test('a domain that is not on the list is not reached, though the server is wired and allowed', async () => {
  const server = await everythingOver('streamableHttp')
  const url = `http://127.0.0.1:${server.port}/mcp`
  const host = await wired({ type: 'http', url }, '  network: { allowDomains: [mcp.example] }\n').open()
  onTestFinished(() => host.close())
  await host.observe('agent')
  expect(host.tools('agent')).toEqual([])
})
