import { afterEach, beforeEach, expect, test } from 'vitest'
import { oneWitness, Service } from './service.ts'

let service: Service
let token: string
beforeEach(async () => {
  service = new Service((desk) => oneWitness(desk))
  token = await service.token('ada')
})
afterEach(() => service[Symbol.asyncDispose]())

const began = async (name: string) => {
  const client = await service.connect(token)
  let over: Promise<unknown> = Promise.resolve()
  await new Promise((heard) => {
    over = client.callTool({ name, arguments: {} }, { onprogress: heard }).catch((cause: Error) => cause)
  })
  return { client, over }
}

test('what does not end within the bound is cancelled, and what came of it is on record', async () => {
  await service.start({ limits: { drainMs: 200 } })
  const waits = await Promise.all([began('witness__wait'), began('witness__wait_write')])
  await service.close()
  await Promise.all(waits.map(({ over }) => over))
  const found = service.gateway.actions().map(({ target, status }) => `${target} ${status}`)
  expect(found.sort()).toEqual(['witness:wait cancelled', 'witness:wait_write unknown'])
})

test('while it stops, nothing new is taken, and readiness says so', async () => {
  await service.start({ limits: { drainMs: 3_000 } })
  // One connection that is there before: new ones are not taken any more.
  const socket = await service.socket()
  let text = ''
  socket.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  const { over } = await began('witness__wait')
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await expect.poll(() => text).toContain('alive')
  const held = await service.socket()
  held.write(`POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-length: 2\r\n`)
  const closing = service.close()
  held.write('\r\n{}')
  const answer = await new Promise((resolve) => held.setEncoding('utf8').once('data', resolve))
  expect(answer).toMatch(/^HTTP\/1\.1 503[\s\S]*http\.stopping/)
  await closing
  await over
  await expect(fetch(`${service.url}/readyz`)).rejects.toThrow()
})

test('it ends at once where nothing is in flight, and twice is no more than once', async () => {
  await service.start({ limits: { drainMs: 60_000 } })
  const client = await service.connect(token)
  await client.listTools()
  await Promise.all([service.close(), service.close()])
  expect(service.log.filter((line) => line.includes('Error'))).toEqual([])
})
