import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { addClient, readClients, revokeClient } from '../src/index.ts'
import { changed, client, place } from './credentials.ts'

const notOnWindows = test.runIf(process.platform !== 'win32')

test('a token identifies its client, as what it was added for; no other one does', async () => {
  const { file, open, said } = await place()
  const [token, ada] = client('ada', { inputs: { limit: 5 }, names: 'plain' })
  await addClient(file, ada)
  const authenticator = await open()
  expect(await authenticator.identify(token)).toEqual({
    client: 'ada',
    principal: 'ada',
    contextFile: '/contexts/assistant.yaml',
    executor: 'assistant',
    inputs: { limit: 5 },
    names: 'plain',
    generation: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const others = ['', 'x', `${token}x`, token.slice(0, -1), token.toUpperCase(), client('ada')[0], ada.tokenHash]
  for (const other of [...others, 'a'.repeat(1_000_000), 'a.b.c', '\ud800']) {
    expect(await authenticator.identify(other)).toBeUndefined()
  }
  expect(said).toEqual(['a token was refused: nobody has it'])
})

notOnWindows('only the hash of a token is kept, in a file of its owner alone', async () => {
  const { file } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  expect(token).toMatch(/^ecp_[\w-]{43}$/)
  expect(readFileSync(file, 'utf8')).toContain(ada.tokenHash)
  expect(readFileSync(file, 'utf8')).not.toContain(token.slice(4))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(file)).filter((name) => name.startsWith('clients'))).toEqual([
    'clients.json',
    'clients.json.lock',
  ])
})

test('what is added and revoked holds for the next request, in every process; open sessions are told', async () => {
  const { file, open } = await place()
  const [here, there] = [await open(), await open({ pollMs: 1_000_000 })]
  expect(here.isEmpty).toBe(true)
  const [token, ada] = client('ada')
  await addClient(file, ada)
  expect(await here.identify(token)).toMatchObject({ client: 'ada' })
  expect(await there.identify(token)).toMatchObject({ client: 'ada' })
  expect(here.isEmpty).toBe(false)

  const told = changed(here, 'ada')
  expect(await revokeClient(file, 'ada')).toEqual(ada)
  expect(await there.identify(token)).toBeUndefined()
  expect(await here.identify(token)).toBeUndefined()
  await told
  expect(here.isEmpty).toBe(true)
  await expect(revokeClient(file, 'ada')).rejects.toMatchObject({ code: 'credentials.not-found' })
})

test('sessions that send nothing are told of a revocation, and nobody else of it', async () => {
  const { file, open } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  await addClient(file, client('bob')[1])
  const authenticator = await open()
  await authenticator.identify(token)
  const told: string[] = []
  authenticator.onChanged((name) => told.push(name))
  const hears = changed(authenticator, 'ada')
  await revokeClient(file, 'ada')
  await hears
  expect(told).toEqual(['ada'])
})

test('a client that was revoked and added again is another generation', async () => {
  const { file, open } = await place()
  const authenticator = await open()
  const generations: (string | undefined)[] = []
  for (const createdAt of [1, 2]) {
    const [token, ada] = client('ada', { createdAt })
    await addClient(file, ada)
    generations.push((await authenticator.identify(token))?.generation)
    await revokeClient(file, 'ada')
  }
  expect(new Set(generations).size).toBe(2)
})

test('a token ends at its time, and open sessions are told then', async () => {
  const { file, open, said } = await place()
  const [token, ada] = client('ada', { expiresAt: 2_000 })
  await addClient(file, ada)
  let now = 1_000
  const authenticator = await open({ now: () => now })
  expect(await authenticator.identify(token)).toMatchObject({ client: 'ada' })
  const told = changed(authenticator, 'ada')
  now = 1_999
  expect(await authenticator.identify(token)).toMatchObject({ client: 'ada' })
  now = 2_000
  await told
  expect(await authenticator.identify(token)).toBeUndefined()
  expect(authenticator.isEmpty).toBe(true)
  expect(said).toEqual(['the token of client `ada` was refused: it has expired'])
})

test('processes that add clients at the same time lose none', async () => {
  const { file } = await place()
  const script = fixtureProgram('add-clients')
  const args = [script, file]
  const children = ['a', 'b', 'c', 'd'].map((name) =>
    spawn(process.execPath, [...args, name, '8'], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  const ends = await Promise.all(children.map((child) => once(child, 'exit')))
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0])
  const { clients } = await readClients(file)
  expect(clients.map(({ name }) => name).sort()).toEqual(
    ['a', 'b', 'c', 'd'].flatMap((name) => Array.from({ length: 8 }, (_, index) => `${name}-${index}`)),
  )
})

test('a name is taken once', async () => {
  const { file } = await place()
  await addClient(file, client('ada')[1])
  await expect(addClient(file, client('ada')[1])).rejects.toMatchObject({
    code: 'credentials.exists',
    message: expect.stringContaining('client `ada` is there already'),
  })
  expect((await readClients(file)).clients).toHaveLength(1)
})

const whole = { format: 1, clients: [client('bob')[1]] }
test.each([
  ['no JSON', '{'],
  ['half a file', JSON.stringify(whole).slice(0, -20)],
  ['another format', JSON.stringify({ ...whole, format: 2 })],
  ['a key that nobody knows', JSON.stringify({ ...whole, clients: [{ ...whole.clients[0], onlyFrom: '10.0.0.1' }] })],
  ['a name of a token of an issuer', JSON.stringify({ ...whole, clients: [client('corp/bob')[1]] })],
  ['a relative Context', JSON.stringify({ ...whole, clients: [client('bob', { context: 'a.yaml' })[1]] })],
  ['a name twice', JSON.stringify({ ...whole, clients: [...whole.clients, client('bob')[1]] })],
  ['a token itself', JSON.stringify({ ...whole, clients: [client('bob', { tokenHash: client('bob')[0] })[1]] })],
  ['text that is no Unicode', JSON.stringify({ ...whole, clients: [client('bob', { executor: '\ud800' })[1]] })],
])('a damaged file (%s) identifies nobody, says so, and is not written over', async (_, text) => {
  const { file, open, said } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  const authenticator = await open()
  expect(await authenticator.identify(token)).toMatchObject({ client: 'ada' })
  const told = changed(authenticator, 'ada')
  writeFileSync(file, text)
  expect(await authenticator.identify(token)).toBeUndefined()
  await told
  expect(said[0]).toMatch(/^no client of it is identified: /)
  expect(authenticator.isEmpty).toBe(true)

  writeFileSync(file, JSON.stringify({ format: 1, clients: [ada] }))
  expect(await authenticator.identify(token)).toMatchObject({ client: 'ada' })
})

test('a damaged file is refused by whoever would add to it', async () => {
  const { file } = await place()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '{}', { mode: 0o600 })
  const changes = [() => addClient(file, client('ada')[1]), () => revokeClient(file, 'ada'), () => readClients(file)]
  for (const change of changes) {
    await expect(change()).rejects.toMatchObject({
      code: 'host.refused',
      message: expect.stringContaining(`\`${file}\` is damaged`),
    })
  }
  expect(readFileSync(file, 'utf8')).toBe('{}')
})

notOnWindows('a file that others can read identifies nobody until that is mended', async () => {
  const { file, open, said } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  chmodSync(file, 0o640)
  const authenticator = await open()
  expect(await authenticator.identify(token)).toBeUndefined()
  expect(said[0]).toContain(`\`${file}\` holds the hashes of tokens and is open to others; \`chmod 600 ${file}\``)
  chmodSync(file, 0o600)
  expect(await authenticator.identify(token)).toMatchObject({ client: 'ada' })
})

test('a file that is edited in place is read again', async () => {
  const { file, open } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  const authenticator = await open()
  const before = await authenticator.identify(token)
  appendFileSync(file, ' ')
  expect(await authenticator.identify(token)).toEqual(before)
  writeFileSync(file, JSON.stringify({ format: 1, clients: [{ ...ada, executor: 'reader' }] }))
  const after = await authenticator.identify(token)
  expect(after).toMatchObject({ executor: 'reader' })
  expect(after?.generation).not.toBe(before?.generation)
})

test('one listener that fails keeps no other from hearing', async () => {
  const { file, open, said } = await place()
  const [token, ada] = client('ada')
  await addClient(file, ada)
  const authenticator = await open()
  authenticator.onChanged(() => {
    throw new TypeError('not now')
  })
  const told = changed(authenticator, 'ada')
  await revokeClient(file, 'ada')
  await told
  expect(await authenticator.identify(token)).toBeUndefined()
  expect(said).toContain('a change of a client was not taken in: not now')
})
