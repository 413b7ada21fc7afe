import { randomBytes } from 'node:crypto'
import { openSqliteLedger } from '@ecp/ledger'
import type { ApprovalAnswered, Verdict } from '@ecp/protocol'
import { expect, onTestFinished } from 'vitest'
import { type Host, type HostOptions, signAnswer } from '../src/index.ts'
import { type Boundary, request } from './boundary.ts'
import type { Person } from './people.ts'

/** The policies of an executor whose writes are held. */
export const held =
  '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { requireApprovalFor: ["witness:write"] } }'

/** Answers as this person, in the ledger, as `ecp approvals` does it. */
export async function say(
  world: Boundary,
  id: string,
  answer: Verdict,
  by?: Person,
  over: Partial<ApprovalAnswered> = {},
) {
  const ledger = openSqliteLedger({ file: world.ledgerFile })
  try {
    const approval = ledger.approval(id)
    if (!approval) throw new TypeError('no such approval')
    const said = {
      answer,
      by: by?.name ?? 'tester',
      expiresAt: approval.expiresAt,
      nonce: randomBytes(16).toString('base64url'),
    }
    const proof = by ? signAnswer(approval, said, by.key) : ({ kind: 'unsigned' } as const)
    return await ledger.answerApproval(Date.now(), { approval: id, ...said, proof, ...over })
  } finally {
    ledger.close()
  }
}

/** A host that ends with its test. */
export async function opened(world: Boundary, over?: Partial<HostOptions>): Promise<Host> {
  const host = await world.open(over)
  onTestFinished(() => host.close())
  return host
}

/** Asks for a write that is held, and gives the id that it waits under. */
export async function ask(host: Host, n = 1): Promise<string> {
  const answer = await host.gate.perform(request('write', n))
  expect(answer.decision.effect).toBe('hold')
  expect(answer.outcome.status).toBe('pending')
  return String(answer.waiting)
}
/** The writes that the server heard of. */
export const written = (world: Boundary) => world.witnessed().filter(({ tool }) => tool === 'write')
