import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addClient, newToken } from '../src/index.ts'
import { client, place } from './credentials.ts'

const token = (key: string) => ({ provider: 'process.env', key })
const acts = { context: 'contexts/editor.yaml', executor: 'editor' }

test('a client of the config is identified by its secret; its Context is relative to the config', async () => {
  const env = { EDITOR: newToken(), REVIEWER: newToken() }
  const { open, folder, machine } = await place(
    {
      clients: {
        editor: { ...acts, token: token('EDITOR') },
        reviewer: { context: '~/r.yaml', executor: 'r', inputs: { n: 1 }, names: 'plain', token: token('REVIEWER') },
      },
    },
    { env },
  )
  const authenticator = await open()
  expect(authenticator.isEmpty).toBe(false)
  expect(await authenticator.identify(env.EDITOR)).toMatchObject({
    client: 'editor',
    principal: 'editor',
    contextFile: join(folder, 'contexts', 'editor.yaml'),
    executor: 'editor',
    inputs: {},
    names: 'prefixed',
  })
  expect(await authenticator.identify(env.REVIEWER)).toMatchObject({
    client: 'reviewer',
    contextFile: join(folder, 'r.yaml'),
    inputs: { n: 1 },
    names: 'plain',
  })
  expect(await authenticator.identify('EDITOR')).toBeUndefined()
  expect(await machine.secret({ provider: 'process.env', key: 'EDITOR' })).toBe(env.EDITOR)
})

test.each([
  ['short', 'a'.repeat(31), 'has fewer than 32 characters'],
  ['unsendable', `${'a'.repeat(40)} b`, 'holds characters that a bearer token cannot have'],
  ['unsendable', `${'a'.repeat(40)}\n`, 'holds characters that a bearer token cannot have'],
  ['missing', '', 'is empty'],
])('a token that is %s refuses the start, by name and place, and is not shown', async (_, value, why) => {
  const { open, config } = await place(
    { clients: { editor: { ...acts, token: token('EDITOR') } } },
    { env: { EDITOR: value } },
  )
  const failed = await open().catch((cause: unknown) => cause)
  expect(String(failed)).toContain(why)
  expect(String(failed)).toContain(`the token of client \`editor\` (${config}:5:7)`)
  if (value !== '') expect(String(failed)).not.toContain(value.slice(0, 31))
})

test('a provider that is not allowed refuses the start', async () => {
  const { open } = await place(
    { clients: { editor: { ...acts, token: token('EDITOR') } } },
    { env: { EDITOR: newToken() }, security: { secrets: { allowProviders: [] } } },
  )
  await expect(open()).rejects.toMatchObject({
    code: 'secret.provider-not-allowed',
    message: expect.stringContaining('the token of client `editor` ('),
  })
})

test('one token for two clients refuses the start with both places', async () => {
  const { open, config } = await place(
    { clients: { a: { ...acts, token: token('ONE') }, b: { ...acts, token: token('TWO') } } },
    { env: { ONE: 'x'.repeat(40), TWO: 'x'.repeat(40) } },
  )
  const failed = await open().catch((cause: unknown) => cause)
  expect(String(failed)).toMatch(/client `b` \(.*\) is that of client `a` \(/)
  expect(String(failed)).toContain(config)
})

test('a name that the config and the file both have: refused at the start, and the config holds later', async () => {
  const env = { EDITOR: newToken() }
  const { open, file, config, said } = await place(
    { clients: { editor: { ...acts, token: token('EDITOR') } } },
    { env },
  )
  const authenticator = await open()
  const [stored, editor] = client('editor')
  await addClient(file, editor)
  expect(await authenticator.identify(stored)).toBeUndefined()
  expect(await authenticator.identify(env.EDITOR)).toMatchObject({ client: 'editor' })
  expect(said[0]).toContain(`client \`editor\` of \`${file}\` identifies nobody: ${config}:5:7`)

  const failed = await open().catch((cause: unknown) => cause)
  expect(failed).toMatchObject({ code: 'credentials.refused' })
  expect(String(failed)).toContain(`client \`editor\` is named twice: ${config}:5:7 and \`${file}\``)
})

test('a token that the config and the file both have identifies nobody', async () => {
  const [stored, ada] = client('ada')
  const { open, file, said } = await place(
    { clients: { editor: { ...acts, token: token('EDITOR') } } },
    { env: { EDITOR: stored } },
  )
  await addClient(file, ada)
  expect(await (await open()).identify(stored)).toBeUndefined()
  expect(said[0]).toMatch(/client `ada` of .* and `editor` of the config both have it/)
})
