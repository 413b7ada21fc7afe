import { join } from 'node:path'
import { actionKinds, type Code, codes, layers } from '@ecp/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { caseFile, notRunReasons, stepKinds } from './case.ts'
import { allCases, caseFiles } from './cases.ts'
import { toolsOf } from './situation.ts'

const cases = allCases()
const all = Object.keys(codes) as Code[] // reason: Object.keys forgets the names
const isStop = (code: Code) => codes[code] !== 'allow'
const stops = all.filter(isStop)
const expected = (code: Code) => cases.filter((one) => one.expect.codes.includes(code))

describe('the cases are a specification that leaves nothing out', () => {
  test('there are at least 150, and no two have the same id', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150)
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  })

  test.each(all)('code %s stands in a case', (code) => expect(expected(code)).not.toEqual([]))

  test.each(stops)('code %s is in some case the only thing in the way', (code) => {
    const alone = expected(code).filter((one) => one.expect.codes.every((other) => other === code || !isStop(other)))
    expect(alone.map((one) => one.expect.effect)).toContain(codes[code])
  })

  test.each(actionKinds)('%s is allowed in one case and denied in another', (kind) => {
    const effects = cases.filter(({ action }) => (action.kind ?? 'tool.call') === kind).map((one) => one.expect.effect)
    expect(effects).toEqual(expect.arrayContaining(['allow', 'deny']))
  })

  test.each(layers.filter((layer) => layer !== 'run'))('layer %s denies, holds and proposes', (layer) => {
    const because = cases.flatMap((one) => one.expect.because ?? []).filter((reason) => reason.layer === layer)
    expect(because.map(({ code }) => codes[code])).toEqual(expect.arrayContaining(['deny', 'propose', 'hold']))
  })

  test('every combination of layers stands in a case', () => {
    const combinations = cases.map(({ host }) => Object.keys(host ?? { user: {} }).join('+'))
    expect([...new Set(combinations)].sort()).toEqual(
      [
        '',
        'machine',
        'machine+project',
        'machine+user',
        'machine+user+project',
        'project',
        'user',
        'user+project',
      ].sort(),
    )
  })

  test.each(['forbid', 'propose-only', 'execute-if-allowed'])(
    'write mode %s in the Context and in a host layer',
    (mode) => {
      const controls = cases.map(({ policies }) => (policies?.writeControls as { mode?: string } | undefined)?.mode) // reason: YAML
      const floors = cases.flatMap(({ host }) => Object.values(host ?? {}).map((layer) => JSON.stringify(layer)))
      expect(controls).toContain(mode)
      expect(floors.join()).toContain(`"writes":{"mode":"${mode}"`)
    },
  )

  test.each(['mcp', 'api'] as const)('a case on %s is a tool call, with nothing that only a test could set', (face) => {
    const found = cases.filter(({ faces }) => faces.includes(face))
    expect(found.length).toBeGreaterThan(100)
    for (const one of found) {
      const { id, action, expect: wanted, counters, host } = one
      const told = wanted.codes.filter((code) => code.startsWith('run.') || code === 'context.executor-unknown')
      expect([
        id,
        action.kind ?? 'tool.call',
        face === 'api' ? 'performed' : (action.enforcement ?? 'performed'),
        action.origin ?? 'gateway',
        told,
      ]).toEqual([id, 'tool.call', 'performed', 'gateway', []])
      expect(counters, id).not.toBe('none')
      expect(host ?? {}, id).not.toHaveProperty('machine')
    }
  })

  test('every case with an action that is a step of runs comes from a run, or says why not', () => {
    const steps = cases.filter(({ action }) => stepKinds.includes(action.kind ?? 'tool.call'))
    const [run, not] = [steps.filter(({ faces }) => faces.includes('run')), steps.filter(({ notRun }) => notRun)]
    expect(run.length + not.length).toBe(steps.length)
    expect(run.length).toBeGreaterThan(310)
    expect(new Set(not.map(({ notRun }) => notRun))).toEqual(new Set(Object.keys(notRunReasons)))
    for (const { id, notRun, answers, action, counters } of not) {
      const { enforcement, at, principal } = action
      const has = { people: answers, authorized: enforcement === 'authorized', clock: at, principal, counters }
      if (notRun && notRun in has) expect(has[notRun as keyof typeof has], id).toBeTruthy() // reason: asked for in the line
    }
    for (const { id, notRun } of cases.filter(({ answers }) => answers)) expect(notRun, id).toBe('people')
  })

  test('tools that a case says are changed exist', () => {
    for (const one of cases)
      for (const target of one.changed ?? []) {
        const [server = '', name] = target.split(':')
        expect(toolsOf(one)[server]?.map((tool) => tool.name)).toContain(name)
      }
  })
})

describe('the files', () => {
  // `vitest -u` writes the schema anew.
  test('case.schema.json is what case.ts says', async () => {
    const schema = z.toJSONSchema(caseFile, { io: 'input', reused: 'inline' })
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'case.schema.json'),
    )
  })

  test.each(caseFiles())('$file fits case.schema.json', ({ content }) => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } })
    const check = ajv.compile(z.toJSONSchema(caseFile, { io: 'input', reused: 'inline' }))
    check(content)
    expect(check.errors ?? []).toEqual([])
  })
})
