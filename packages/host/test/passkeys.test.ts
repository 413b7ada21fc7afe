import { randomBytes } from 'node:crypto'
import { type Approval, openSqliteLedger } from '@ecp/ledger'
import type { ApprovalAnswered, Verdict } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { type Approver, answerChallenge, type Host, worthOf } from '../src/index.ts'
import { type Authenticator, authenticator, type Ceremony } from './authenticator.ts'
import { type Boundary, boundary, faultsOf, request } from './boundary.ts'

const held =
  '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { requireApprovalFor: ["witness:write"] } }'

const people = ({ quorum = 1, ...approvers }: { quorum?: number } & Record<string, number | Authenticator[]>) =>
  `  writes: { approval: { quorum: ${quorum} } }
  approvers: ${JSON.stringify(
    Object.fromEntries(
      Object.entries(approvers).flatMap(([name, keys]) =>
        Array.isArray(keys) ? [[name, { passkeys: keys.map(({ passkey }) => passkey) }]] : [],
      ),
    ),
  )}\n`

async function opened(world: Boundary): Promise<Host> {
  const host = await world.open()
  onTestFinished(() => host.close())
  return host
}

async function ask(host: Host, n = 1): Promise<Approval> {
  const answer = await host.gate.perform(request('write', n))
  expect(answer.decision.effect).toBe('hold')
  const approval = host.ledger.approval(String(answer.waiting))
  if (!approval) throw new TypeError('what is held waits')
  return approval
}

/** The answer that an approver gives with a passkey. */
function answerOf(
  approval: Approval,
  by: string,
  { assertion }: Authenticator,
  { answer = 'approve', ...ceremony }: Ceremony & { readonly answer?: Verdict } = {},
): ApprovalAnswered {
  const nonce = randomBytes(16).toString('base64url')
  const said = { answer, by, expiresAt: approval.expiresAt, nonce }
  return { approval: approval.approval, ...said, proof: assertion(answerChallenge(approval, said), ceremony) }
}

async function write(world: Boundary, answered: ApprovalAnswered): Promise<void> {
  const ledger = openSqliteLedger({ file: world.ledgerFile })
  try {
    await ledger.answerApproval(Date.now(), answered)
  } finally {
    ledger.close()
  }
}

const written = (world: Boundary) => world.witnessed().filter(({ tool }) => tool === 'write')

test('a held write runs once it is approved with the passkey of an approver, exactly once', async () => {
  const ada = authenticator()
  const world = boundary({ policies: held, more: people({ ada: [authenticator('EdDSA'), ada] }) })
  const host = await opened(world)
  await write(world, answerOf(await ask(host), 'ada', ada))
  expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
  await ask(host)
  expect(written(world)).toHaveLength(1)
  expect(faultsOf(world.ledger())).toEqual([])
})

test('a quorum counts people: one passkey twice, or two passkeys of one person, are one', async () => {
  const [ada, spare, bob] = [authenticator(), authenticator('RS256'), authenticator('EdDSA')]
  const world = boundary({ policies: held, more: people({ quorum: 2, ada: [ada, spare], bob: [bob] }) })
  const host = await opened(world)
  const approval = await ask(host)
  await write(world, answerOf(approval, 'ada', ada))
  await write(world, answerOf(approval, 'ada', ada))
  await write(world, answerOf(approval, 'ada', spare))
  // Under a name that is not its own.
  await write(world, answerOf(approval, 'bob', spare))
  expect((await ask(host)).approval).toBe(approval.approval)
  await write(world, answerOf(approval, 'bob', bob))
  expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
})

test('what the Gate would not take at the moment of use is taken by nobody', async () => {
  const [ada, bob, eve] = [authenticator(), authenticator(), authenticator()]
  const world = boundary({ policies: held, more: people({ ada: [ada], bob: [bob] }) })
  const host = await opened(world)
  const refused: readonly ((approval: Approval) => ApprovalAnswered)[] = [
    (approval) => answerOf(approval, 'ada', ada, { origin: 'http://localhost:7392' }),
    (approval) => answerOf(approval, 'ada', ada, { rpId: 'evil.example' }),
    (approval) => answerOf(approval, 'ada', ada, { flags: 0x01 }),
    (approval) => answerOf(approval, 'ada', bob),
    (approval) => answerOf(approval, 'ada', eve),
    (approval) => answerOf(approval, 'eve', eve),
    // An assertion that was given for a no.
    (approval) => ({ ...answerOf(approval, 'ada', ada, { answer: 'deny' }), answer: 'approve' }),
    // Its end moved.
    (approval) => ({ ...answerOf(approval, 'ada', ada), expiresAt: approval.expiresAt - 1 }),
    (approval) => ({ ...answerOf(approval, 'ada', ada), nonce: randomBytes(16).toString('base64url') }),
  ]
  for (const [n, answering] of refused.entries()) {
    const approval = await ask(host, n)
    await write(world, answering(approval))
    expect((await ask(host, n)).approval).toBe(approval.approval)
  }
  // A genuine one, for another action.
  const [first, second] = [await ask(host, 100), await ask(host, 101)]
  const genuine = answerOf(first, 'ada', ada)
  await write(world, { ...genuine, approval: second.approval })
  expect((await ask(host, 101)).approval).toBe(second.approval)
  expect(written(world)).toEqual([])
})

test('each thing that an answer is for is signed', () => {
  const ada = authenticator()
  const approvers = new Map<string, Approver>([['ada', { name: 'ada', groups: [], passkeys: [ada.passkey] }]])
  const terms = { approvers: [], quorum: 1, expiresAfter: 1_000 }
  const approval: Approval = {
    approval: 'a',
    kind: 'hold',
    digest: 'sha256:d',
    policyDigest: 'sha256:p',
    run: 'r',
    executor: 'e',
    principal: 'u',
    action: 'a',
    target: 's:t',
    terms,
    expiresAt: 2_000,
    state: 'pending',
    requestedAt: 1_000,
    answers: [],
  }
  const answered = answerOf(approval, 'ada', ada)
  const worth = (of: Approval, one: ApprovalAnswered = answered) => worthOf(of, one, terms, approvers)
  expect(worth(approval)).toBe('counts')
  for (const field of ['approval', 'digest', 'policyDigest', 'run', 'executor', 'principal'] as const)
    expect(worth({ ...approval, [field]: `${approval[field].slice(0, -1)}x` }), field).toBe('wrong-signature')
  expect(worth({ ...approval, kind: 'proposal' })).toBe('wrong-signature')
  expect(worth(approval, { ...answered, by: 'bob' })).toBe('unknown-approver')
})
