import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Behind, behind } from './behind.ts'
import { entries, expectedFailures } from './expected-failures.ts'
import { type Listening, listen } from './reference/http.ts'
import { failures, revisions, runScenario, runSuite, type Scores, scenarios } from './suite.ts'

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

  // The suite gives some calls half a second, which a busy machine may need for itself: what went wrong is asked again, alone.
  test.each(scenarios(revision, 'server'))('behind ecp serve: %s', async (scenario) => {
    const expected = expectedFailures('gateway', revision, scenario)
    if (isDeepStrictEqual(failures(scores, scenario), expected)) return
    const again = await runScenario(revision, 'server', scenario, '--url', gate.url)
    expect(failures(again, scenario)).toEqual(expected)
  })

  test('what is expected to fail is a scenario, and says why', () => {
    for (const { scenario, reason } of entries('gateway', revision)) {
      expect(scenarios(revision, 'server')).toContain(scenario)
      expect(reason).toMatch(/\w+ \w+/)
    }
  })
})
