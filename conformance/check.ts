import { type Code, codes, type Decision, type Enforcement } from '@ecp/protocol'
import { expect } from 'vitest'
import type { Case } from './case.ts'
import type { Seen } from './observe.ts'
import { expectedRecords } from './records.ts'
import { writtenOut } from './situation.ts'

/** Holds what was seen of a case behind a face against what the case expects. */
export function check(enforcement: Enforcement, one: Case, seen: Seen | undefined): void {
  if (!seen) throw new TypeError('the case was not run')
  if (seen instanceof Error) throw seen
  const { told, reached, shown, decision, records, before, faults, pinned } = seen
  const isCall = (one.action.kind ?? 'tool.call') === 'tool.call'
  const wanted = pinned || !isCall ? one.expect : withoutPin(one, decision)
  const sorted = [...wanted.codes].sort()
  expect(before).toEqual((one.before ?? []).map(({ effect = 'allow' }) => effect))

  // What the operator sees.
  const found = [...new Set(decision.reasons.map(({ code }) => code))].sort()
  expect({ effect: decision.effect, acts: decision.acts, codes: found }).toEqual({
    effect: wanted.effect,
    acts: wanted.acts,
    codes: sorted,
  })
  for (const { code, layer } of wanted.because ?? [])
    expect(decision.reasons).toContainEqual(expect.objectContaining({ code, ...(layer && { layer }) }))
  expect(records).toEqual(expectedRecords(wanted, enforcement))
  expect(faults).toEqual([])

  // What the server saw, and the agent.
  const args = writtenOut(one.action.arguments ?? {})
  if (wanted.effect === 'allow') {
    expect(reached).toEqual(
      enforcement === 'performed' && isCall ? [{ target: one.action.target, arguments: args }] : [],
    )
    expect(told.isError).toBe(false)
    return
  }
  expect(reached).toEqual([])
  expect(told.isError).toBe(true)
  if (!isCall) return
  if (!told.facts) {
    // A model has no more than the text; a run that ended with the call has no model to tell.
    if (told.text !== undefined)
      expect(told.text).toMatch(shown ? /^ECP (denied|holds|wrote) / : /^there is no tool of this name/)
    return
  }
  const unlisted = ['context.tool-not-allowed']
  const stops = sorted.filter(isStop)
  const codesTold = [...(told.facts?.codes ?? [])].sort()
  expect(told.facts?.effect).toBe(wanted.effect)
  if (one.action.enforcement === 'authorized') {
    // A tool of another program, which ECP does not show: told of where it could be allowed.
    expect([stops, unlisted]).toContainEqual(codesTold)
    return
  }
  expect(codesTold).toEqual(shown ? stops : unlisted)
  if (wanted.effect !== 'deny') expect(shown).toBe(true)
}

/**
 * What a case comes to where its tool is not pinned, because no server is started that nothing can be called on: denied all
 * the same, as an unknown tool that counts as a write, and that no glob of an allow list or ceiling fits. What the host has
 * against it stays.
 */
function withoutPin(one: Case, { reasons }: Decision): Case['expect'] {
  const { effect, codes: full } = one.expect
  if (effect !== 'deny' || full.includes('tool.unknown')) return one.expect
  const found = reasons.map(({ code }) => code)
  const host = full.filter((code) => code.startsWith('host.') || code === 'context.tool-denied')
  expect(found).toEqual(expect.arrayContaining([...host, 'tool.unknown']))
  const unfitted = ['context.tool-not-allowed', 'host.tool-denied']
  const possible = [...full, 'tool.unknown', ...unfitted, 'write.forbidden', 'write.proposed']
  expect(possible).toEqual(expect.arrayContaining(found))
  return { effect, acts: 'write', codes: [...new Set(found)] }
}

const isStop = (code: Code): boolean => codes[code] !== 'allow'
