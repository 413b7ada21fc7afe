import { answerChallenge, newAnswer, openMachine } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import type { Json, JsonObject, PasskeyProof } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { authenticator } from '../../../host/test/authenticator.ts'
import { held, operator, SignedIn } from './signed-in.ts'

// Answers to a run's question over HTTP: what would not count is refused, and nothing of it is written.
const question: JsonObject = {
  title: 'Shall it go?',
  answer: {
    type: 'object',
    required: ['go'],
    properties: { go: { type: 'boolean' } },
    additionalProperties: false,
  },
}
const context = {
  specVersion: 'ecp/v0.5-draft',
  kind: 'Context',
  metadata: { name: 'asking', version: '1.0.0' },
  orchestration: { entrypoint: 'review', strategy: 'single' },
  executors: [{ name: 'review', type: 'human', ask: { title: 'Shall it go?' } }],
}

/** Somebody at the console of a desk on which a run asks a person; `ask` gives what the run gets now. */
async function asked(security: JsonObject = {}) {
  const at = new SignedIn(held(undefined, security))
  await at.service.token('ada')
  await at.start()
  onTestFinished(() => at[Symbol.asyncDispose]())
  const { desk } = at.service.gateway
  desk.write('asking.json', JSON.stringify(context))
  const { folder, home } = desk
  const machine = await openMachine({
    ...{ cwd: folder, home, configFile: 'host.json', traceDir: 'ledger', version: '0.0.0' },
    env: { PATH: process.env.PATH },
  })
  onTestFinished(() => machine.close())
  const host = await machine.admit({ contextFile: 'asking.json', inputs: {}, client: 'test', principal: 'tester' })
  const ask = () =>
    host.gate.perform({
      ...{ kind: 'human.ask', target: 'review', executor: 'review', origin: 'engine' },
      arguments: question,
    })
  const id = String((await ask()).waiting)
  const refused = async (path: 'answer' | 'answer/options', body: JsonObject) => {
    const said = await at.post(`/approvals/${id}/${path}`, body)
    const { code, detail } = (await said.json()) as JsonObject // reason: compared by the tests
    expect((await at.shown(id)).answers, `${code}`).toEqual([])
    return `${said.status} ${code}: ${detail}`
  }
  return { at, id, ask, refused, ledgerFile: machine.ledgerFile }
}

test('a value that does not fit what was asked is refused, with what is wrong with it', async () => {
  const { at, id, ask, refused } = await asked()
  const approve = (value?: Json) => refused('answer', { answer: 'approve', ...(value === undefined ? {} : { value }) })
  expect(await approve()).toContain('403 approval.refused: it is a question: answer it with a value')
  expect(await approve('yes')).toMatch(/^403 approval.refused: this does not answer the question: .*object/)
  expect(await approve({})).toMatch(/^403 approval.refused: this does not answer the question: .*`go`/)
  expect(await approve({ go: true, and: 1 })).toContain('403 approval.refused: this does not answer the question')
  expect(await refused('answer', { answer: 'deny', value: { go: true } })).toContain('a refusal has no value')
  expect((await ask()).waiting).toBe(id)
  const said = await at.post(`/approvals/${id}/answer`, { answer: 'approve', value: { go: false } })
  expect(await said.json()).toMatchObject({ state: 'approved', answers: [{ by: operator, value: { go: false } }] })
  expect((await ask()).result).toEqual({ answer: { go: false }, by: operator })
})

test('a value that was changed, put in or left out after it was signed is refused', async () => {
  const ada = authenticator()
  const { id: credential, publicKey, rpId, origins } = ada.passkey
  const passkeys: Json = [{ id: credential, publicKey, rpId, origins: [...origins] }]
  const { at, id, ask, refused, ledgerFile } = await asked({ approvers: { ada: { passkeys } } })
  const ledger = openSqliteLedger({ file: ledgerFile, readOnly: true })
  const approval = ledger.approval(id)
  ledger.close()
  if (!approval) throw new TypeError('what was asked is in the ledger')
  /** What the browser of ada sends who has signed one value, with another one in its place. */
  const signed = (value: Json | undefined, sent: Json | undefined = value): JsonObject => {
    const said = newAnswer(approval, 'approve', 'ada', Date.now(), value === undefined ? {} : { value })
    const { answer, by, nonce, expiresAt } = said
    const valued = sent === undefined ? {} : { value: sent }
    return {
      answer,
      by,
      nonce,
      expiresAt,
      ...valued,
      assertion: asSent(ada.assertion(answerChallenge(approval, said))),
    }
  }
  const wrong = /^403 approval.refused: `ada`: the signature is not good for exactly this answer/
  expect(await refused('answer', signed({ go: false }, { go: true }))).toMatch(wrong)
  expect(await refused('answer', signed(undefined, { go: true }))).toMatch(wrong)
  const { value: _, ...without } = signed({ go: true })
  expect(await refused('answer', without)).toContain('answer it with a value')
  // Signed as it stands, and no answer; nobody is even asked to sign it.
  expect(await refused('answer', signed({ go: 'yes' }))).toContain('this does not answer the question')
  const unfit = await refused('answer/options', { answer: 'approve', by: 'ada', value: { go: 'yes' } })
  expect(unfit).toContain('403 approval.refused: this does not answer the question')
  // Of the value alone nothing can be moved to another time, either.
  const genuine = signed({ go: true })
  expect(await refused('answer', { ...genuine, expiresAt: Number(genuine.expiresAt) - 1 })).toMatch(wrong)
  expect((await ask()).waiting).toBe(id)
  const said = await at.post(`/approvals/${id}/answer`, genuine)
  expect(await said.json()).toMatchObject({
    answers: [{ by: 'ada', value: { go: true }, proof: 'webauthn', worth: 'counts' }],
  })
  expect((await ask()).result).toEqual({ answer: { go: true }, by: 'ada' })
})

/** `AuthenticationResponseJSON` (WebAuthn Level 3, 5.5). */
function asSent({ credentialId, authenticatorData, clientDataJSON, signature }: PasskeyProof): JsonObject {
  return { id: credentialId, response: { authenticatorData, clientDataJSON, signature } }
}
