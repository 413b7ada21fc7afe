import { grantChallenge, newGrantSaid } from '@ecp/host'
import type { JsonObject, OperatorGrantGiven, OperatorGrantOptions, OperatorGrants } from '@ecp/protocol'
import { afterEach, expect, test } from 'vitest'
import { authenticator } from '../../../host/test/authenticator.ts'
import { held, operator, SignedIn } from './signed-in.ts'

// People grant over HTTP what real clients ask over MCP.
let desk: SignedIn
let ask: (args?: Record<string, unknown>) => Promise<{ isError?: boolean | undefined }>
afterEach(() => desk[Symbol.asyncDispose]())

async function opened(...documents: Parameters<typeof held>): Promise<void> {
  desk = new SignedIn(held(...documents))
  const token = await desk.service.token('ada')
  await desk.start()
  const client = await desk.service.connect(token)
  ask = (args = {}) => client.callTool({ name: 'witness__write', arguments: args })
}

/** Asks for a write that is held, and gives its approval. */
async function waiting(args: Record<string, unknown>): Promise<string> {
  expect(await ask(args)).toMatchObject({ isError: true })
  const [newest] = await desk.open(1)
  return newest?.approval ?? ''
}
const wish = (approval: string, over: JsonObject = {}): JsonObject => {
  const condition = 'args.text.startsWith("a")'
  return { approval, condition, uses: 2, lasts: 3_600_000, scope: 'run', ...over }
}
/** The answer of a route, whatever its status. */
const posted = async <T>(path: string, body: JsonObject) => {
  const answer = await desk.post(path, body)
  return { status: answer.status, body: (await answer.json()) as T & { code?: string; detail?: string } } // reason: the tests look at what matters of it
}
const writes = () => desk.service.gateway.witnessed().filter(({ tool }) => tool === 'write')

test('a grant is shown in words, given as it was shown, used, listed, and ended', async () => {
  await opened()
  const id = await waiting({ text: 'a1' })
  const shown = await posted<OperatorGrantOptions>('/grants/options', wish(id))
  expect(shown.body).toMatchObject({ covers: true, terms: { target: 'witness:write', uses: 2 }, advice: [] })
  expect(shown.body.sentence).toContain(
    'when `text` begins with "a" (whatever its other arguments are), at most 2 times',
  )
  expect(shown.body.nonce).toBeUndefined()
  expect(await desk.get<OperatorGrants>('/grants')).toEqual({ grants: [] })

  const { grant } = shown.body
  const terms = { ...shown.body.terms }
  const given = await posted<OperatorGrantGiven>('/grants', { approval: id, grant, terms, note: 'fine' })
  expect(given.body).toMatchObject({
    grant,
    state: 'given',
    covers: true,
    givers: [{ by: operator, note: 'fine', proof: 'unsigned', worth: 'counts' }],
  })
  expect((await desk.shown(id)).state).toBe('cancelled')
  expect((await ask({ text: 'a1' })).isError).toBeFalsy()
  expect((await ask({ text: 'b' })).isError).toBe(true)
  expect(await desk.get<OperatorGrants>('/grants')).toMatchObject({ grants: [{ grant, used: 1, state: 'given' }] })

  const ended = await desk.ask(`/grants/${grant}`, { method: 'DELETE' })
  expect(await ended.json()).toMatchObject({ state: 'revoked', revokedBy: operator })
  expect((await ask({ text: 'a2' })).isError).toBe(true)
  const again = await desk.ask(`/grants/${grant}`, { method: 'DELETE' })
  expect([again.status, await again.json()]).toEqual([409, expect.objectContaining({ code: 'grant.over' })])
  expect(await desk.get<OperatorGrants>('/grants')).toEqual({ grants: [] })
  expect(await desk.get<OperatorGrants>('/grants?state=all')).toMatchObject({ grants: [{ state: 'revoked' }] })
  expect(writes()).toHaveLength(1)
})

test('what cannot be granted is refused, and so are other terms than those of the action that was held', async () => {
  await opened()
  const id = await waiting({ text: 'a' })
  for (const [over, detail] of [
    [{ condition: 'inputs.x == 1' }, 'can look at `args` only'],
    [{ condition: 'args.text ==' }, 'its condition cannot be taken'],
    [{ uses: 0 }, '1 to 1000 uses'],
    [{ lasts: 86_400_001 }, 'holds for 86400 s at most'],
  ] as const) {
    const refused = await posted('/grants/options', wish(id, over))
    expect([over, refused.status, refused.body.code]).toEqual([over, 403, 'grant.refused'])
    expect(refused.body.detail).toContain(detail)
  }
  expect((await posted('/grants/options', wish('nothing'))).body.code).toBe('approval.unknown')
  expect((await posted('/grants/options', { ...wish(id), more: 1 })).body.code).toBe('request.invalid')
  const { body } = await posted<OperatorGrantOptions>('/grants/options', wish(id))
  const { grant } = body
  for (const over of [
    { target: 'witness:look' },
    { executor: 'other' },
    { principal: 'eve' },
    { policyDigest: 'other' },
    { run: 'other' },
    { from: body.terms.from - 3_600_000 },
    { from: body.terms.from + 3_600_000 },
    { until: body.terms.until + 86_400_000 },
    { uses: 5_000 },
  ]) {
    const refused = await posted('/grants', { approval: id, grant, terms: { ...body.terms, ...over } })
    expect([over, refused.status, refused.body.code]).toEqual([over, 403, 'grant.refused'])
  }
  const named = await posted('/grants', { approval: id, grant, terms: { ...body.terms }, by: 'ada' })
  expect(named.body.code).toBe('grant.refused')
  expect(await desk.get<OperatorGrants>('/grants?state=all')).toEqual({ grants: [] })
  const unknown = await desk.ask('/grants/nothing')
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: 'grant.unknown' })])
})

test('with approvers a grant bears their passkeys, as many as are needed, over exactly its terms', async () => {
  const [ada, bob] = [authenticator('ES256'), authenticator('EdDSA')]
  const named = (name: string, { passkey }: typeof ada) => ({ [name]: { groups: ['ops'], passkeys: [{ ...passkey }] } })
  const approval = { approvers: ['ops'], quorum: 2 }
  // reason: passkeys are JSON
  const approvers = { ...named('ada', ada), ...named('bob', bob) } as unknown as JsonObject
  await opened({ requireApprovalFor: ['witness:write'], approval }, { approvers })
  const id = await waiting({ text: 'a' })
  const { body } = await posted<OperatorGrantOptions>('/grants/options', wish(id, { scope: 'principal' }))
  const { grant, terms } = body
  const request = { approval: id, grant, terms: { ...terms } }
  const signed = (by: string, { assertion }: typeof ada, over: JsonObject = {}): JsonObject => {
    const said = newGrantSaid(by)
    const proof = assertion(grantChallenge({ grant, terms: { ...terms, ...over } }, said))
    const { credentialId, kind: _, ...response } = proof
    const credential = {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      response,
      clientExtensionResults: {},
    }
    return { ...said, assertion: credential }
  }
  const code = async (path: string, more: JsonObject) => (await posted(path, more)).body.code
  expect(await code('/grants', request)).toBe('grant.needs-signature')
  expect(await code('/grants', { ...request, ...signed('ada', bob) })).toBe('grant.refused')
  expect(await code('/grants', { ...request, ...signed('ada', ada, { uses: 1 }) })).toBe('grant.refused')
  expect(await code('/grants', { ...request, ...signed('ada', ada), assertion: {} })).toBe('request.invalid')
  expect(await code('/grants/options', wish(id, { by: 'eve' }))).toBe('grant.refused')

  const first = await posted<OperatorGrantGiven>('/grants', { ...request, ...signed('ada', ada) })
  expect(first.body).toMatchObject({ state: 'offered', givenBy: 1, givers: [{ by: 'ada', proof: 'webauthn' }] })
  expect(await ask({ text: 'a' })).toMatchObject({ isError: true })
  expect(await code(`/grants/${grant}/sign`, signed('ada', ada))).toBe('grant.refused')
  const second = await posted<OperatorGrantGiven>(`/grants/${grant}/sign`, signed('bob', bob))
  expect(second.body).toMatchObject({ state: 'given', givenBy: 2, covers: true })
  expect((await ask({ text: 'a' })).isError).toBeFalsy()
  expect(writes()).toHaveLength(1)
})
