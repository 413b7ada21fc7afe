import type { RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { guarded, served } from '../../test/guarded.ts'

const ok: RequestListener = (_request, response) => response.end('ok')

describe('answers', () => {
  const fetch = () => guarded({ literals: ['127.0.0.1'] })

  it('come as global Responses with their headers', async () => {
    const server = await served((_request, response) =>
      response.writeHead(418, { 'x-one': 'a', 'set-cookie': ['b=1', 'c=2'] }).end('tea'),
    )
    const answer = await fetch()(server.url)
    expect(answer).toBeInstanceOf(Response)
    expect([answer.status, answer.headers.get('x-one'), await answer.text()]).toEqual([418, 'a', 'tea'])
  })

  it('of over a megabyte end in an error, unless who asks watches them', async () => {
    const server = await served((_request, response) => response.end('x'.repeat(1_000_001)))
    await expect(fetch()(server.url).then((answer) => answer.text())).rejects.toMatchObject({
      code: 'server.message-too-large',
    })
    let ends = 0
    const watch = () => ({ data() {}, end: () => void ends++ })
    expect(await (await fetch()(server.url, { watch })).text()).toHaveLength(1_000_001)
    expect(ends).toBe(1)
  })

  it('that never end are not read on when nobody reads them', async () => {
    let isOver: () => void = () => {}
    const over = new Promise<void>((resolve) => {
      isOver = resolve
    })
    const server = await served((_request, response) => {
      const write = () => {
        while (response.write('x'.repeat(65_536)));
      }
      response.on('drain', write).on('close', isOver)
      write()
    })
    await expect(fetch()(server.url).then((answer) => answer.text())).rejects.toMatchObject({
      code: 'server.message-too-large',
    })
    await over
  })

  it('end when the signal says so, before the headers and in the body', async () => {
    const server = await served((request, response) => {
      if (request.url === '/body') response.write('begun')
    })
    for (const path of ['/headers', '/body']) {
      const abort = new AbortController()
      const asked = fetch()(`${server.url}${path}`, { signal: abort.signal }).then((answer) => {
        abort.abort(new Error('enough'))
        return answer.text()
      })
      if (path === '/headers') abort.abort(new Error('enough'))
      await expect(asked).rejects.toThrow('enough')
    }
  })

  it('that break off, or are no HTTP, are faults of the server', async () => {
    const server = await served((request, response) => {
      if (request.url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half')
      request.url === '/garbage' ? request.socket.end('SSH-2.0\r\n') : setImmediate(() => request.socket.destroy())
    })
    const ask = (path: string) => fetch()(`${server.url}${path}`).then((answer) => answer.text())
    await expect(ask('/half')).rejects.toMatchObject({ code: 'server.exited' })
    await expect(ask('/none')).rejects.toMatchObject({ code: 'server.exited' })
    await expect(ask('/garbage')).rejects.toMatchObject({ code: 'server.protocol' })
  })

  it('in an encoding that was not asked for are refused', async () => {
    const server = await served((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    )
    await expect(fetch()(server.url)).rejects.toMatchObject({ code: 'server.protocol' })
    expect(server.headers[0]).not.toHaveProperty('accept-encoding')
  })

  it('do not go through a proxy that the environment names', async () => {
    const proxy = await served((_request, response) => response.end('proxy'))
    const server = await served(ok)
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url
    onTestFinished(() => {
      for (const [i, name] of names.entries()) {
        if (before[i] === undefined) delete process.env[name]
        else process.env[name] = before[i]
      }
    })
    expect(await (await fetch()(server.url)).text()).toBe('ok')
    expect(proxy.connections()).toBe(0)
  })
})
