import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperatorAnswerOptions, OperatorApproval } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { type ConsoleDesk, call, openConsoleDesk } from '../../console/test/console-desk.ts'
import { ask, known, type SignedIn, signIn } from '../../console/test/signed-in.ts'
import { type Authenticator, authenticator, type Ceremony } from '../../host/test/authenticator.ts'
import { openDesk } from './desk.ts'
import { addPasskey } from './passkey-desk.ts'

// A real `ecp serve`, the real commands, and what a browser would send in place of the browser: every byte of it can be chosen.

const writeControls = '{ requireApprovalFor: ["files:write_file"] }'

const challengeOf = ({ publicKey }: { readonly publicKey: object }) =>
  'challenge' in publicKey ? String(publicKey.challenge) : ''

/** Makes a passkey for an approver, whose entry goes into the host's config. */
async function register(
  { desk, url, flags }: ConsoleDesk,
  name: string,
  key: Authenticator,
  ...args: readonly string[]
) {
  await using adding = await addPasskey(desk, name, '--into', 'host.yaml', ...flags, ...args)
  const options = await ask(url, '/passkeys/registration/options', { code: adding.code })
  const credential = key.registration(challengeOf(options.body), { origin: url })
  const made = await ask(url, '/passkeys/registration', { code: adding.code, credential })
  expect(made.status, JSON.stringify(made.body)).toBe(204)
  const ended = await adding.ended()
  expect(ended.status, ended.stderr).toBe(0)
  return { options: options.body, ended }
}

async function waiting(page: SignedIn): Promise<string> {
  const first = async () => (await page.get('/approvals')).body.approvals[0]?.approval
  await expect.poll(first, { timeout: 20_000 }).toBeDefined()
  return first()
}

/** An answer that an approver signs on this page. */
async function answer(
  { url }: ConsoleDesk,
  page: SignedIn,
  id: string,
  by: string,
  { assertion, passkey }: Authenticator,
  ceremony: Ceremony = {},
) {
  const asked = await page.post(`/approvals/${id}/answer/options`, { answer: 'approve', by })
  const { nonce, expiresAt, publicKey } = asked.body as OperatorAnswerOptions
  const { kind: _, credentialId: __, ...response } = assertion(challengeOf({ publicKey }), { origin: url, ...ceremony })
  const given = { id: passkey.id, rawId: passkey.id, type: 'public-key', clientExtensionResults: {}, response }
  return page.post(`/approvals/${id}/answer`, { answer: 'approve', by, nonce, expiresAt, assertion: given })
}

test('a passkey is made at a link that works once, and its entry is written or printed; another one goes beside it', {
  timeout: 180_000,
}, async () => {
  await using serving = await openConsoleDesk({ writeControls })
  const { desk, url, flags } = serving
  const [ada, spare] = [authenticator(), authenticator('EdDSA')]
  const { options, ended } = await register(serving, 'ada', ada, '--groups', 'ops')
  expect(options).toMatchObject({ name: 'ada', publicKey: { rp: { id: 'localhost' }, user: { name: 'ada' } } })
  expect(ended.stdout).toContain('names ada as an approver now')
  await known(serving, 'ada')
  const again = await register(serving, 'ada', spare)
  // No authenticator is asked for a second one of its own.
  expect(again.options.publicKey.excludeCredentials).toEqual([
    expect.objectContaining({ id: ada.passkey.id, type: 'public-key' }),
  ])
  const written = readFileSync(join(desk.folder, 'host.yaml'), 'utf8')
  for (const { passkey } of [ada, spare]) expect(written).toContain(`publicKey: ${passkey.publicKey}`)
  expect(desk.ecp('approvers', 'list', ...flags).stdout).toMatch(
    /ada\s+ops\s+passkey \(localhost\), passkey \(localhost\)/,
  )

  await using printed = await addPasskey(desk, 'bob', ...flags)
  const bob = authenticator('RS256')
  const challenge = challengeOf((await ask(url, '/passkeys/registration/options', { code: printed.code })).body)
  const post = (credential: object, headers = {}) =>
    ask(url, '/passkeys/registration', { code: printed.code, credential }, headers)
  const good = bob.registration(challenge, { origin: url })
  expect(await post(good, { origin: 'http://localhost:1' })).toMatchObject({ status: 403 })
  const elsewhere = await post(bob.registration(challenge, { origin: 'http://localhost:1' }))
  expect(elsewhere).toMatchObject({ status: 422, body: { code: 'passkey.refused' } })
  expect(await post(bob.registration(challenge, { origin: url, flags: 1 }))).toMatchObject({ status: 422 })
  expect(await post(good)).toMatchObject({ status: 204 })
  for (const code of [printed.code, `${printed.code.slice(0, -1)}~`, 'AAAA.AAAA', 'AAAA', ''])
    expect(await ask(url, '/passkeys/registration/options', { code })).toMatchObject({ status: 410 })
  expect(await post(good)).toMatchObject({ status: 410, body: { code: 'passkey.link-over' } })
  const { status, stdout } = await printed.ended()
  expect(status).toBe(0)
  expect(stdout).toBe(
    `security:\n  approvers:\n    bob:\n      passkeys:\n        - id: ${bob.passkey.id}\n          publicKey: ${bob.passkey.publicKey}\n          rpId: localhost\n          origins:\n            - ${url}\n`,
  )
  await using ending = await addPasskey(desk, 'eve', ...flags)
  ending.interrupt()
  expect((await ending.ended()).status).toBe(130)
})

test('without a server, with a passphrase, or for a name that is none, no passkey is made', {
  timeout: 120_000,
}, () => {
  using desk = openDesk()
  desk.ecp('config', 'init')
  const add = (...args: string[]) => desk.ecp('approvers', 'add', ...args, '--passkey')
  expect(add('ada')).toMatchObject({ stderr: expect.stringContaining('no `ecp serve` of yours runs'), stdout: '' })
  expect(add('ada', '--passphrase-file', '-')).toMatchObject({ status: 2, stdout: '' })
  expect(add('../ada')).toMatchObject({ status: 2, stdout: '' })
})

test('an answer counts with the passkey of an approver, and with nothing less; nothing is written otherwise', {
  timeout: 180_000,
}, async () => {
  await using serving = await openConsoleDesk({ writeControls, security: '  writes: { approval: { quorum: 2 } }' })
  const { desk, flags } = serving
  const [ada, bob, eve] = [authenticator(), authenticator('EdDSA'), authenticator()]
  await register(serving, 'ada', ada)
  await register(serving, 'bob', bob)
  await known(serving, 'ada', 'bob')
  const page = await signIn(serving)
  const client = await serving.connect()
  const result = call(client, 'write_file', { path: join(desk.folder, 'a.txt'), content: 'a' })
  const id = await waiting(page)
  const unsigned = await page.post(`/approvals/${id}/answer`, { answer: 'approve' })
  expect(unsigned).toMatchObject({ status: 403, body: { code: 'approval.needs-signature' } })
  expect(await page.post(`/approvals/${id}/answer`, { answer: 'approve', by: 'ada' })).toMatchObject({ status: 403 })
  const eveAsks = await page.post(`/approvals/${id}/answer/options`, { answer: 'approve', by: 'eve' })
  expect(eveAsks).toMatchObject({ status: 403, body: { code: 'approval.refused' } })
  const refused: readonly (readonly [Authenticator, Ceremony])[] = [
    [ada, { flags: 0x01 }],
    [ada, { origin: 'http://localhost:1' }],
    [ada, { rpId: 'evil.example' }],
    [bob, {}],
    [eve, {}],
  ]
  for (const [key, ceremony] of refused) {
    expect(await answer(serving, page, id, 'ada', key, ceremony)).toMatchObject({ status: 403 })
  }
  expect((await page.get(`/approvals/${id}`)).body.answers).toEqual([])
  expect(await answer(serving, page, id, 'ada', ada)).toMatchObject({
    status: 200,
    body: { state: 'pending', approvedBy: 1 },
  })
  // One passkey twice is one person.
  expect(await answer(serving, page, id, 'ada', ada)).toMatchObject({ status: 403 })
  const shown = (await answer(serving, page, id, 'bob', bob)).body as OperatorApproval
  expect(shown.answers.map(({ by, proof, worth }) => [by, proof, worth])).toEqual([
    ['ada', 'webauthn', 'counts'],
    ['bob', 'webauthn', 'counts'],
  ])
  expect(JSON.stringify((await result).content)).toContain('Successfully wrote')
  const told = JSON.parse(desk.ecp('approvals', 'show', id, '--json', ...flags).stdout)
  expect(told).toMatchObject({ state: 'used', answers: [{ worth: 'counts' }, { worth: 'counts' }] })
  expect(desk.ecp('approvals', 'show', id, ...flags).stdout).toContain('good signature of a passkey: it counts')
  expect(desk.ecp('trace', 'verify', '--trace-dir', join(desk.folder, 'ledger')).status).toBe(0)
})
