import { digestOf } from '@ecp/ledger'
import { compile, counters, decide, type HostLayer, load, redecide } from '@ecp/policy'
import {
  type Counters,
  canonical,
  type Decision,
  type Document,
  type JsonObject,
  milliseconds,
  type Parsed,
  parseContext,
  parseHostConfig,
} from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import type { Case } from './case.ts'
import { casesOn } from './cases.ts'
import { type Documents, documentsOf, hostLayers } from './documents.ts'
import { actionOf, answersOf, catalogueOf } from './situation.ts'

// Every case through the policy decision point alone: documents parsed as text, and nothing else between.
for (const [area, cases] of casesOn('decide'))
  describe(area, () => {
    for (const one of cases) test(`${one.id}: ${one.title}`, () => check(one))
  })

function check(one: Case): void {
  const documents = documentsOf(one)
  const data = compile({ ...parsed(documents), inputs: (one.inputs ?? defaults(documents)) as JsonObject }) // reason: YAML gives JSON
  const catalogue = catalogueOf(one)
  const action = actionOf(one)
  const { enforcement = 'performed' } = one.action
  const digest = digestOf({ policy: data, catalogue })
  const answers = answersOf(one, action, digest)
  const policy = load(data, digest)
  const asked = counters(policy, catalogue, action).map(({ name }) => name)
  const read = countersOf(one, asked)

  const decision = decide(policy, catalogue, read, action, { enforcement, answers })

  const { effect, acts, codes } = decided(decision)
  expect({ effect, acts, codes }).toEqual({
    effect: one.expect.effect,
    acts: one.expect.acts,
    codes: [...one.expect.codes].sort(),
  })
  for (const reason of one.expect.because ?? [])
    expect(decided(decision, documents).reasons).toContainEqual(fits(reason))
  checkApproval(one, decision)
  const again = redecide(canonical(data), canonical(catalogue), digest, {
    action,
    counters: read,
    enforcement,
    answers,
  })
  expect(canonical(again)).toBe(canonical(decision))
}

function value<T>({ document, diagnostics }: Parsed<T>): Document<T> {
  if (!document)
    throw new TypeError(`a document of the case is refused: ${diagnostics.map((d) => d.message).join('; ')}`)
  return document
}

function parsed(documents: Documents) {
  const host = hostLayers.flatMap((layer): HostLayer[] => {
    const text = documents.host[layer]
    return text === undefined ? [] : [{ layer, document: value(parseHostConfig(text, layer)) }]
  })
  return { context: value(parseContext(documents.context, 'context')), host }
}

/** The inputs of a run that is given none. */
function defaults(documents: Documents): JsonObject {
  const declared = parsed(documents).context.value.inputs ?? {}
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, input]) => (input.default === undefined ? [] : [[name, input.default]])),
  )
}

/** What the ledger would give: 0 for every counter that is asked for and that the case does not name. */
function countersOf(one: Case, asked: readonly string[]): Counters {
  if (one.counters === 'none') return {}
  const named = one.counters ?? {}
  expect(asked, 'the policy asks for every counter that the case names').toEqual(
    expect.arrayContaining(Object.keys(named)),
  )
  // reason: a case may give a counter that is no number, to see that it counts as missing
  return Object.fromEntries(asked.map((name) => [name, named[name] ?? 0])) as Counters
}

/** A decision in the words of a case: codes sorted and each once, reasons with the lines that their rules stand on. */
function decided(decision: Decision, documents?: Documents) {
  return {
    effect: decision.effect,
    acts: decision.acts,
    codes: [...new Set(decision.reasons.map(({ code }) => code))].sort(),
    reasons: decision.reasons.map(({ code, layer, rule }) => ({
      code,
      layer,
      line: documents && rule ? linesAt(documents, rule) : '',
    })),
  }
}

function linesAt(documents: Documents, rule: { file: string; line: number; endLine: number }): string {
  const text = rule.file === 'context' ? documents.context : documents.host[rule.file as keyof Documents['host']] // reason: files are named after layers
  return (text ?? '')
    .split('\n')
    .slice(rule.line - 1, rule.endLine)
    .join('\n')
}

function fits({ code, layer, line }: NonNullable<Case['expect']['because']>[number]) {
  return expect.objectContaining({
    code,
    ...(layer && { layer }),
    ...(line && { line: expect.stringContaining(line) }),
  })
}

function checkApproval({ expect: wanted }: Case, decision: Decision): void {
  if (wanted.approval === 'none' || (wanted.effect !== 'hold' && wanted.effect !== 'propose'))
    expect(decision.approval).toBeUndefined()
  else if (wanted.approval) {
    const { expiresAfter, ...rest } = wanted.approval
    const terms = { ...rest, ...(expiresAfter && { expiresAfter: milliseconds(expiresAfter) }) }
    expect(decision.approval).toMatchObject(terms)
  } else if (wanted.effect === 'hold') expect(decision.approval).toBeDefined()
}
