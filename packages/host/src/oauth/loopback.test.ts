import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listening } from '../../test/listening.ts'
import { openLoopback } from './loopback.ts'

async function loopback(options: Partial<Parameters<typeof openLoopback>[0]> = {}) {
  const one = await openLoopback({ timeoutMs: 20_000, ...options })
  onTestFinished(() => one[Symbol.asyncDispose]())
  return one
}

function ask(
  url: string,
  { method = 'GET', host }: { method?: string; host?: string } = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers: host === undefined ? {} : { host } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode))
    })
      .on('error', reject)
      .end()
  })
}

describe('openLoopback', () => {
  it('takes the first request with the state, under its own name only, and no second one', async () => {
    const one = await loopback()
    expect(one.url).toMatch(/^http:\/\/127.0.0.1:\d+\/callback$/)
    const answered = one.answered('right')
    for (const wrong of ['', '?code=a', '?code=a&state=wrong', '?code=a&state=right&state=right', '?code=a&state=']) {
      expect(await ask(`${one.url}${wrong}`)).toBe(404)
    }
    const { port } = new URL(one.url)
    expect(await ask(`http://127.0.0.1:${port}/elsewhere?code=a&state=right`)).toBe(404)
    expect(await ask(`${one.url}?code=a&state=right`, { method: 'POST' })).toBe(404)
    expect(await ask(`${one.url}?code=a&state=right`, { host: `evil.example:${port}` })).toBe(404)
    expect(await ask(`${one.url}?code=a&state=right`, { host: `localhost:${port}` })).toBe(404)
    expect(await ask(`${one.url}?code=good&state=right`)).toBe(200)
    expect(await ask(`${one.url}?code=second&state=right`)).toBe(404)
    expect(Object.fromEntries(await answered)).toEqual({ code: 'good', state: 'right' })
  })

  it('waits no longer than it was told, and not for what was cancelled', async () => {
    await expect((await loopback({ timeoutMs: 50 })).answered('a')).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringContaining('nobody has signed in within'),
    })
    await expect((await loopback()).answered('a', AbortSignal.abort())).rejects.toThrow('cancelled')
  })

  it('listens elsewhere when its port is taken', async () => {
    const other = await listening((_request, response) => response.end())
    onTestFinished(() => other[Symbol.asyncDispose]())
    const one = await loopback({ port: other.port })
    expect(new URL(one.url).port).not.toBe(String(other.port))
  })
})
