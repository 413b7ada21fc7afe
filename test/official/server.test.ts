import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entries, expectedFailures } from './expected-failures.ts'
import { type Listening, listen } from './reference/http.ts'
import { failures, revisions, runSuite, type Scores, scenarios } from './suite.ts'

// The official suite asks the reference server directly.
let reference: Listening
beforeAll(async () => {
  reference = await listen()
})
afterAll(() => reference[Symbol.asyncDispose]())

describe.each(revisions)('revision %s', (revision) => {
  let alone: Scores
  beforeAll(async () => {
    alone = await runSuite(revision, 'server', '--url', reference.url)
  })
  afterAll(() => console.log(`${revision}, the reference server alone: ${counted(alone)}`))

  test.each(scenarios(revision, 'server'))('the reference server alone: %s', (scenario) => {
    expect(failures(alone, scenario)).toEqual(expectedFailures('reference', revision, scenario))
  })

  test('what is expected to fail is a scenario, and says why', () => {
    for (const { scenario, reason } of entries('reference', revision)) {
      expect(scenarios(revision, 'server')).toContain(scenario)
      expect(reason).toMatch(/\w+ \w+/)
    }
  })
})

const counted = (scores: Scores) => {
  const checks = [...scores.values()].flatMap((scenario) => [...scenario.values()])
  return `${checks.filter(({ status }) => status === 'SUCCESS').length} checks in ${scores.size} scenarios succeed`
}
