import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import type { Answer, ServerLogEntry } from '../src/index.ts'
import { type Boundary, boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'
import { forms, leaks } from './forms.ts'

// A server says the secret it was given in every way it can; nobody hears it.
const talkative = fixtureProgram('talkative-server')
const value = 's3cr3t/ "quoted" + ä%41\\end?'
const other = 'sk-proj-0123456789abcdef'

const bound = (provider: string) => ({
  program: talkative,
  wiring: `      credentials: { bindings: [ { name: SECRET, source: { provider: ${provider}, key: TOKEN } } ] }\n`,
  more: `  secrets: { allowProviders: [process.env, dot.env] }\nsecrets: { policy: permissive }\n`,
})
/** All bytes of the ledger's folder, the write-ahead log too. */
function ledgerBytes({ folder }: Boundary): Buffer {
  const files = readdirSync(join(folder, 'ledger'))
  expect(files).toContain('ledger.db')
  return Buffer.concat(files.map((file) => readFileSync(join(folder, 'ledger', file))))
}

describe.each([
  ['process.env', value],
  ['dot.env', value],
  ['process.env', other],
])('a secret from %s: %s', (provider, secret) => {
  test('that its server says in every way it can is nowhere: only its name is', { timeout: 120_000 }, async () => {
    const world = boundary(bound(provider))
    const logged: ServerLogEntry[] = []
    const marker = `[secret:${provider}:TOKEN]`
    const isInEnvironment = provider === 'process.env'
    if (!isInEnvironment) writeFileSync(join(world.folder, '.env'), `TOKEN='${secret}'\n`)
    const env = { PATH: process.env.PATH, ...(isInEnvironment ? { TOKEN: secret } : {}) }
    const host = await world.open({ env, onLog: (entry) => logged.push(entry) })
    const perform = (tool: string, args: Json = {}, onProgress?: (params: JsonObject) => void): Promise<Answer> =>
      host.gate.perform({ ...request(tool), arguments: args }, onProgress ? { onProgress } : {})
    const expectNamed = (what: unknown) => expect(JSON.stringify(what)).toContain(marker)
    const expectHidden = (what: unknown) => expect(leaks(JSON.stringify(what), secret)).toEqual([])

    // Results and progress.
    const progress: JsonObject[] = []
    const told = await perform('tell', {}, (params) => progress.push(params))
    expect(told.outcome.status).toBe('completed')
    // Nothing else was taken away: one block for each form, and the one with all of them.
    expect(told.result?.content).toHaveLength(forms(secret).length + 1)
    const large = await perform('large')
    for (const heard of [told, progress, large]) {
      expectNamed(heard)
      expectHidden(heard)
    }

    // Errors, the last words of a server that dies, and the log.
    const answers = [await perform('fail'), await perform('refuse'), await perform('die'), await perform('tell')]
    expect(answers.map(({ outcome }) => outcome.status)).toEqual(['failed', 'failed', 'failed', 'completed'])
    for (const said of [answers[0]?.outcome.error, answers[1]?.result, answers[2]?.outcome.error, logged]) {
      expectNamed(said)
      expectHidden(said)
    }

    // Definitions of tools, before their digest is taken.
    expect(host.tools('agent')).toHaveLength(5)
    expectNamed(host.tools('agent'))
    expectHidden([host.tools('agent'), host.catalogue()])

    // Arguments that hold it, in any form and place, are denied and never reach the server.
    const before = world.witnessed().length
    for (const form of forms(secret)) {
      for (const args of [{ key: form }, { a: [{ b: `x ${form} y` }] }, { [form]: 1 }] as Json[]) {
        const answer = await perform('tell', args)
        expect(answer.outcome.status).toBe('denied')
        expect(answer.decision.reasons.map(({ code }) => code)).toContain('secret.in-arguments')
        expectHidden(answer)
      }
      expectHidden(await perform(form))
    }
    expect(world.witnessed()).toHaveLength(before)
    expect((await perform('tell', { key: 'nothing secret' })).outcome.status).toBe('completed')

    // The ledger: its records, and every byte of its files, open and closed.
    expect(leaks(ledgerBytes(world), secret)).toEqual([])
    await host.close()
    expect(leaks(ledgerBytes(world), secret)).toEqual([])
    const ledger = world.ledger()
    const records = recordsOf(ledger)
    expect(records.length).toBeGreaterThan(50)
    expectNamed(records)
    expectHidden(records)
    expect(faultsOf(ledger)).toEqual([])
    ledger.close()
  })
})

test('a secret that is missing or refused stops everything before a server starts, without its value', async () => {
  const attempts = [
    [bound('process.env'), {}, 'secret.missing'],
    [bound('process.env'), { TOKEN: '' }, 'secret.missing'],
    [
      { ...bound('process.env'), more: bound('process.env').more.replace('permissive', 'strict') },
      { TOKEN: value },
      'secret.insecure',
    ],
  ] as const
  for (const [documents, more, code] of attempts) {
    const world = boundary(documents)
    const failure = await world.open({ env: { PATH: process.env.PATH, ...more } }).catch((cause: Error) => cause)
    expect(failure).toMatchObject({ code })
    expect(leaks(String(failure), value)).toEqual([])
    expect(world.witnessed()).toEqual([])
  }
})

test('a server whose secret comes from a provider that is not allowed stops the run before anything starts', async () => {
  const world = boundary({ ...bound('process.env'), more: '' })
  const failure = await world.open({ env: { PATH: process.env.PATH, TOKEN: value } }).catch((cause: Error) => cause)
  expect(failure).toMatchObject({ code: 'secret.provider-not-allowed' })
  expect(String(failure)).toContain("no layer's `security.secrets.allowProviders` lists it")
  expect(leaks(String(failure), value)).toEqual([])
  expect(world.witnessed()).toEqual([])
})
