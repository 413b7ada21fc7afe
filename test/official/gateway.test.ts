import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Behind, behind } from './behind.ts'
import { entries, expectedFailures } from './expected-failures.ts'
import { type Listening, listen } from './reference/http.ts'
import { failures, revisions, runSuite, type Scores, scenarios } from './suite.ts'

// The official suite asks the reference server through `ecp serve`: it scores as it does alone, but for what the file says.
let reference: Listening
let gate: Behind
beforeAll(async () => {
  reference = await listen()
  gate = await behind({ type: 'http', url: reference.url })
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await reference[Symbol.asyncDispose]()
})

describe.each(revisions)('revision %s', (revision) => {
  let scores: Scores
  beforeAll(async () => {
    scores = await runSuite(revision, 'server', '--url', gate.url)
  })

  test.each(scenarios(revision, 'server'))('behind ecp serve: %s', (scenario) => {
    expect(failures(scores, scenario)).toEqual(expectedFailures('gateway', revision, scenario))
  })

  test('what is expected to fail is a scenario, and says why', () => {
    for (const { scenario, reason } of entries('gateway', revision)) {
      expect(scenarios(revision, 'server')).toContain(scenario)
      expect(reason).toMatch(/\w+ \w+/)
    }
  })
})
