import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SuiteClient, suiteClient } from './client/listening.ts'
import { entries, expectedFailures } from './expected-failures.ts'
import { failures, revisions, runSuite, type Scores, scenarios } from './suite.ts'

// The official suite is the server, and looks at what the side of ECP that talks to servers sends to it.
let client: SuiteClient
beforeAll(async () => {
  client = await suiteClient()
})
afterAll(() => client[Symbol.asyncDispose]())

describe.each(revisions)('revision %s', (revision) => {
  let scores: Scores
  beforeAll(async () => {
    scores = await runSuite(revision, 'client', '--command', client.command)
  })

  test.each(scenarios(revision, 'client'))('a server that looks at %s', (scenario) => {
    expect(failures(scores, scenario)).toEqual(expectedFailures('client', revision, scenario))
  })

  test('what is expected to fail is a scenario, and says why', () => {
    for (const { scenario, reason } of entries('client', revision)) {
      expect(scenarios(revision, 'client')).toContain(scenario)
      expect(reason).toMatch(/\w+ \w+/)
    }
  })
})
