import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteLedger } from '@ecp/ledger'
import { canonical, type GrantTerms } from '@ecp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  approversOf,
  endGrant,
  grantChallenge,
  type Host,
  joinGrant,
  loadConfig,
  newGrant,
  newGrantSaid,
  signGrant,
  writeGrant,
} from '../src/index.ts'
import { authenticator } from './authenticator.ts'
import { type Boundary, boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'
import { approvers, type Person, person } from './people.ts'

const held =
  '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { requireApprovalFor: ["witness:write"] } }'
const hour = 3_600_000

async function opened(world: Boundary, over?: Parameters<Boundary['open']>[0]): Promise<Host> {
  const host = await world.open(over)
  onTestFinished(() => host.close())
  return host
}

/** Asks for a write that is held, and gives the id that it waits under. */
async function ask(host: Host, n = 1): Promise<string> {
  const answer = await host.gate.perform(request('write', n))
  expect(answer.decision.effect).toBe('hold')
  return String(answer.waiting)
}

interface Wish {
  readonly condition?: string
  readonly uses?: number
  readonly scope?: 'run' | 'principal'
  readonly lasts?: number
  /** How long ago it was given (ms). */
  readonly ago?: number
  readonly by?: Person
  /** What is written down otherwise than it was signed. */
  readonly forged?: Partial<GrantTerms>
}

/** Gives a grant from a held action, in the ledger, past everything that would refuse it before. */
async function grant(world: Boundary, approval: string, wish: Wish = {}): Promise<string> {
  const { condition = 'true', uses = 20, scope = 'run', lasts = hour, ago = 0, by, forged } = wish
  const at = Date.now() - ago
  const ledger = openSqliteLedger({ file: world.ledgerFile })
  try {
    const asked = ledger.approval(approval)
    if (!asked) throw new TypeError('no such approval')
    const offered = newGrant(asked, { condition, uses, scope, lasts }, at)
    const said = newGrantSaid(by?.name ?? 'tester')
    const proof = by ? signGrant(offered, said, by.key) : ({ kind: 'unsigned' } as const)
    const terms = { ...offered.terms, ...forged }
    await ledger.offerGrant(at, { ...offered, terms }, { grant: offered.grant, ...said, proof })
    return offered.grant
  } finally {
    ledger.close()
  }
}

const effect = async (host: Host, n = 1, tool = 'write') => (await host.gate.perform(request(tool, n))).decision.effect
const written = (world: Boundary) => world.witnessed().filter(({ tool }) => tool === 'write')

test('a grant lets so many actions happen without asking, each on record with the use of the grant', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const id = await grant(world, await ask(host), { condition: 'args.n < 5', uses: 2 })
  const ran = await host.gate.perform(request('write', 2))
  expect(ran.outcome.status).toBe('completed')
  expect(ran.decision.reasons.map(({ code }) => code)).toContain('write.granted')
  expect([await effect(host, 7), await effect(host, 3), await effect(host, 4)]).toEqual(['hold', 'allow', 'hold'])
  expect(written(world).map(({ args }) => args?.n)).toEqual([2, 3])
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  expect(ledger.grant(id)).toMatchObject({ state: 'spent', used: 2 })
  const intended = recordsOf(ledger).flatMap((one) => (one.kind === 'action.intended' ? [one.body] : []))
  expect(intended).toEqual([expect.objectContaining({ grant: id }), expect.objectContaining({ grant: id })])
  ledger.close()
})

test('who waits for an approval goes on when a grant is given instead', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  let told: Promise<unknown> = Promise.resolve()
  const onWaiting = (id: string) => {
    const approval = host.ledger.approval(id)
    if (!approval) throw new TypeError('it waits')
    const offered = newGrant(approval, { condition: 'true', uses: 1, scope: 'run', lasts: hour }, Date.now())
    told = writeGrant({ ledger: host.ledger, approvers: new Map(), now: Date.now }, offered, newGrantSaid('tester'), {
      kind: 'unsigned',
    })
  }
  const answer = await host.gate.perform(request('write', 1), { hold: { waitMs: 20_000, onWaiting } })
  expect(await told).toMatchObject({ covers: true, state: 'given' })
  expect(answer.outcome.status).toBe('completed')
  const [asked] = host.ledger.approvals({ kind: 'hold', limit: 2 })
  expect(asked).toMatchObject({ state: 'cancelled', grant: expect.any(String) })
  expect(faultsOf(host.ledger)).toEqual([])
})

test('a grant for a run is for that run, one for a principal for all of them, and neither for anybody else', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const asked = await ask(host, 1)
  await grant(world, asked, { scope: 'run' })
  expect(await effect(host, 2)).toBe('allow')
  const other = await opened(world, { client: 'other' })
  expect(await effect(other, 3)).toBe('hold')
  await grant(world, asked, { scope: 'principal' })
  expect(await effect(other, 5)).toBe('allow')
  const foreign = await opened(world, { client: 'other', principal: 'eve' })
  expect(await effect(foreign, 6)).toBe('hold')
})

test('a changed policy ends a grant, and so do its time and whoever revokes it', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const asked = await ask(host)
  const id = await grant(world, asked, { scope: 'principal' })
  expect(await effect(host, 2)).toBe('allow')
  await host.close()
  const context = readFileSync(world.context, 'utf8')
  writeFileSync(world.context, context.replace('["witness:*"]', '["witness:*", "witness:nothing"]'))
  const changed = await opened(world)
  expect(await effect(changed, 3)).toBe('hold')
  writeFileSync(world.context, context)
  const same = await opened(world)
  expect(await effect(same, 4)).toBe('allow')
  const standing = same.ledger.grant(id)
  if (!standing) throw new TypeError('it was given')
  const desk = { ledger: same.ledger, approvers: new Map(), now: Date.now }
  await endGrant(desk, standing, 'ada')
  expect(await effect(same, 5)).toBe('hold')
  await expect(endGrant(desk, standing, 'ada')).rejects.toThrow(expect.objectContaining({ code: 'ledger.grant-over' }))
  await grant(world, asked, { ago: 2 * hour, scope: 'principal' })
  expect(await effect(same, 6)).toBe('hold')
  expect(written(world).map(({ args }) => args?.n)).toEqual([2, 4])
})

test('with approvers only their signatures count, as many different ones as the terms ask for', async () => {
  const [ada, bob, eve] = [person('ada'), person('bob'), person('eve')]
  const world = boundary({
    policies: held,
    more: `  writes: { approval: { approvers: [ops], quorum: 2 } }\n${approvers([ada, bob])}`,
  })
  const host = await opened(world)
  const asked = await ask(host)
  // The agent's own ways: unsigned, under a name that is not its own, with a key of its own, with terms of its own.
  await grant(world, asked)
  await grant(world, asked, { by: { ...eve, name: 'ada' } })
  await grant(world, asked, { by: eve })
  expect(await effect(host, 2)).toBe('hold')
  const { layers } = await loadConfig(world.options())
  const desk = { ledger: host.ledger, approvers: approversOf(layers), now: Date.now }
  const approval = host.ledger.approval(asked)
  if (!approval) throw new TypeError('it was asked for')
  const offered = newGrant(approval, { condition: 'args.n < 9', uses: 3, scope: 'run', lasts: hour }, Date.now())
  const signed = (by: Person, key = by.key) => {
    const said = newGrantSaid(by.name)
    return [said, signGrant(offered, said, key)] as const
  }
  await expect(writeGrant(desk, offered, ...signed(ada, eve.key))).rejects.toThrow('the signature is not good')
  await expect(writeGrant(desk, offered, newGrantSaid('ada'), { kind: 'unsigned' })).rejects.toThrow('signed by none')
  expect(await writeGrant(desk, offered, ...signed(ada))).toMatchObject({ state: 'offered', givenBy: 1 })
  const current = () => host.ledger.grant(offered.grant) ?? expect.unreachable()
  await expect(joinGrant(desk, current(), ...signed(ada))).rejects.toThrow('has given it already')
  expect(await effect(host, 3)).toBe('hold')
  expect(await joinGrant(desk, current(), ...signed(bob))).toMatchObject({ state: 'given', givenBy: 2, covers: true })
  expect([await effect(host, 4), await effect(host, 10)]).toEqual(['allow', 'hold'])
})

test('what was signed is what counts: other terms than those, and every term of them, need another signature', async () => {
  const ada = person('ada')
  const world = boundary({ policies: held, more: approvers([ada]) })
  const host = await opened(world)
  const asked = await ask(host)
  const forgeries: Partial<GrantTerms>[] = [
    { condition: 'args.n < 100' },
    { uses: 1_000 },
    { until: Date.now() + 2 * hour },
    { from: 0 },
  ]
  for (const forged of forgeries) {
    await grant(world, asked, { condition: 'args.n < 0', by: ada, forged })
    expect([forged, await effect(host, 2)]).toEqual([forged, 'hold'])
  }
  await grant(world, asked, { by: ada })
  expect(await effect(host, 2)).toBe('allow')
})

test('a passkey gives a grant, for exactly these terms', async () => {
  const { passkey, assertion } = authenticator('ES256')
  const world = boundary({
    policies: held,
    more: `  approvers: { ada: { passkeys: [${JSON.stringify(passkey)}] } }\n`,
  })
  const host = await opened(world)
  const approval = host.ledger.approval(await ask(host))
  if (!approval) throw new TypeError('it was asked for')
  const { layers } = await loadConfig(world.options())
  const desk = { ledger: host.ledger, approvers: approversOf(layers), now: Date.now }
  const offered = newGrant(approval, { condition: 'true', uses: 1, scope: 'run', lasts: hour }, Date.now())
  const said = newGrantSaid('ada')
  const proof = assertion(grantChallenge(offered, said))
  const more = { ...offered, terms: { ...offered.terms, uses: 2 } }
  await expect(writeGrant(desk, more, said, proof)).rejects.toThrow('the signature is not good')
  expect(await writeGrant(desk, offered, said, proof)).toMatchObject({ state: 'given' })
  expect([await effect(host, 2), await effect(host, 3)]).toEqual(['allow', 'hold'])
})

test('rows that somebody writes into the file grant nothing, and break the ledger', async () => {
  const ada = person('ada')
  const world = boundary({ policies: held, more: approvers([ada]) })
  const host = await opened(world)
  const asked = await ask(host)
  const genuine = await grant(world, asked, { by: ada, condition: 'args.n < 3', uses: 1 })
  const edit = (change: (database: DatabaseSync) => void) => {
    const database = new DatabaseSync(world.ledgerFile)
    change(database)
    database.close()
  }
  const value = (id: string, over: object) => canonical({ ...host.ledger.grant(id), ...over })
  const columns = 'state, target, executor, principal, policy_digest, run, until, offered_at'
  const insert = (database: DatabaseSync, id: string, text: string) =>
    database.prepare(`INSERT INTO grants SELECT ?, ${columns}, ? FROM grants WHERE id = ?`).run(id, text, genuine)
  // A grant made by hand, and a genuine one under another id or with other terms.
  edit((database) => {
    insert(database, 'copy', value(genuine, { grant: 'copy' }))
    const terms = { ...host.ledger.grant(genuine)?.terms, condition: 'true' }
    insert(database, 'wider', value(genuine, { terms }))
  })
  expect(await effect(host, 8)).toBe('hold')
  expect(await effect(host, 1)).toBe('allow')
  // Used once, as it says: the table alone does not make it new again.
  edit((database) => {
    const text = value(genuine, { used: 0, state: 'given' })
    database.prepare("UPDATE grants SET state = 'given', value = ? WHERE id = ?").run(text, genuine)
  })
  expect(await effect(host, 2)).toBe('hold')
  const revoked = await grant(world, asked, { by: ada })
  await host.ledger.revokeGrant(Date.now(), { grant: revoked, by: 'ada' })
  edit((database) => {
    const text = value(revoked, { state: 'given' })
    database.prepare("UPDATE grants SET state = 'given', value = ? WHERE id = ?").run(text, revoked)
  })
  expect(await effect(host, 2)).toBe('hold')
  expect(written(world).map(({ args }) => args?.n)).toEqual([1])
  const ledger = world.ledger()
  expect(faultsOf(ledger).map(({ code }) => code)).toContain('index-changed')
  ledger.close()
})

test('the stop switch, a deny and a refusal of exactly this action beat a grant and leave it unused', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const asked = await ask(host, 1)
  const id = await grant(world, asked)
  await host.ledger.freeze(Date.now(), 'operator')
  expect(await effect(host, 2)).toBe('deny')
  await host.ledger.unfreeze(Date.now(), 'operator')
  const approval = host.ledger.approval(asked)
  if (!approval) throw new TypeError('it was asked for')
  const { expiresAt } = approval
  const refusal = { approval: asked, answer: 'deny', by: 'tester', expiresAt, nonce: 'n' } as const
  await host.ledger.answerApproval(Date.now(), { ...refusal, proof: { kind: 'unsigned' } })
  expect(await effect(host, 1)).toBe('deny')
  expect(host.ledger.grant(id)?.used).toBe(0)
  expect(await effect(host, 2)).toBe('allow')
})

test('a grant applies no proposal', async () => {
  const proposing = '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { mode: propose-only } }'
  const world = boundary({
    policies: proposing,
    more: '  writes: { requireApprovalFor: ["witness:write"] }\n',
  })
  const host = await opened(world)
  const proposed = await host.gate.perform(request('write', 1))
  const id = String(proposed.waiting)
  const proposal = host.ledger.approval(id)
  if (!proposal) throw new TypeError('it was proposed')
  expect(() => newGrant(proposal, { condition: 'true', uses: 1, scope: 'run', lasts: hour }, Date.now())).toThrow(
    expect.objectContaining({ code: 'grant.refused' }),
  )
  const { target, executor, principal, policyDigest, terms: needs } = proposal
  const from = Date.now()
  const terms = { target, executor, principal, policyDigest, condition: 'true', uses: 9, from, until: from + hour }
  const said = { grant: 'g', by: 'tester', nonce: 'n', proof: { kind: 'unsigned' } } as const
  await host.ledger.offerGrant(from, { grant: 'g', terms, needs }, said)
  expect(await effect(host, 2)).toBe('propose')
  const { expiresAt } = proposal
  const yes = { approval: id, answer: 'approve', by: 'tester', expiresAt, nonce: 'n', proof: said.proof } as const
  await host.ledger.answerApproval(Date.now(), yes)
  // Another layer holds it, too: a person has to be asked.
  const applied = await host.gate.perform({ ...request('write', 1), origin: 'operator', applied: id })
  expect(applied.decision.effect).toBe('hold')
  expect(written(world)).toEqual([])
})

describe('a grant of one', () => {
  test('that ten calls want at once lets one of them happen', async () => {
    const world = boundary({ policies: held })
    const host = await opened(world)
    await grant(world, await ask(host), { uses: 1 })
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => host.gate.perform(request('write', 10 + n))))
    expect(answers.filter(({ outcome }) => outcome.status === 'completed')).toHaveLength(1)
    expect(written(world)).toHaveLength(1)
    expect(faultsOf(host.ledger)).toEqual([])
  })

  test('that four processes want at once lets one call happen', { timeout: 120_000 }, async () => {
    const world = boundary({ policies: held })
    const host = await opened(world)
    const id = await grant(world, await ask(host), { uses: 1 })
    const script = fixtureProgram('spend')
    const args = [script, JSON.stringify(world.options()), 'write', '5']
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    const outputs = children.map((child) => {
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += chunk
      })
      return () => text
    })
    const ended = children.map((child) => once(child, 'exit'))
    await Promise.all(children.map((child) => once(child.stdout, 'data')))
    for (const child of children) child.stdin.write('go\n')
    expect(await Promise.all(ended)).toEqual(children.map(() => [0, null]))
    const done = outputs.map((text) => Number(/done (\d+)/.exec(text())?.[1]))
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(1)
    expect(written(world)).toHaveLength(1)
    expect(host.ledger.grant(id)).toMatchObject({ state: 'spent', used: 1 })
    expect(faultsOf(host.ledger)).toEqual([])
  })
})
