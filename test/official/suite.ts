import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'

// @modelcontextprotocol/conformance, the suite that MCP's makers test SDKs with.
const folder = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')))

export const revisions = ['2025-11-25', '2026-07-28'] as const
export type Revision = (typeof revisions)[number]
export type Leg = 'server' | 'client'

type Status = 'SUCCESS' | 'INFO' | 'SKIPPED' | 'WARNING' | 'FAILURE'
const severity: readonly Status[] = ['INFO', 'SUCCESS', 'SKIPPED', 'WARNING', 'FAILURE']

/** How a check ended, and what the suite said about it. */
export interface Score {
  readonly status: Status
  readonly said: string
}
/** By scenario, then by check; of a check that was made more than once, the worst. */
export type Scores = ReadonlyMap<string, ReadonlyMap<string, Score>>

/** Every scenario that the suite runs for a revision, also those that it runs without counting them. */
export function scenarios(revision: Revision, leg: Leg): readonly string[] {
  const required = parse(readFileSync(join(folder, 'requirements', `${revision}.yaml`), 'utf8'))
  const extra: { readonly scenario: string; readonly leg: Leg }[] = required.not_scored
  return [...required[leg], ...extra.filter((one) => one.leg === leg).map(({ scenario }) => scenario)]
}

/** Runs every scenario of a revision, with `--url` for a server or `--command` for a client. */
export async function runSuite(revision: Revision, leg: Leg, ...subject: readonly string[]): Promise<Scores> {
  return scored(scenarios(revision, leg), leg, [...subject, '--requirements', revision])
}

/** Runs one scenario alone. */
export async function runScenario(
  revision: Revision,
  leg: Leg,
  scenario: string,
  ...subject: readonly string[]
): Promise<Scores> {
  return scored([scenario], leg, [...subject, '--scenario', scenario, '--spec-version', revision, '--force'])
}

async function scored(names: readonly string[], leg: Leg, flags: readonly string[]): Promise<Scores> {
  const results = mkdtempSync(join(tmpdir(), 'ecp-official-'))
  try {
    const args = [join(folder, 'dist', 'index.js'), leg, ...flags, '--timeout', '120000', '-o', results]
    await new Promise((resolve, reject) => {
      spawn(process.execPath, args, { stdio: 'ignore' }).once('error', reject).once('close', resolve)
    })
    return new Map(names.map((name) => [name, read(results, leg, name)]))
  } finally {
    rmSync(results, { recursive: true, force: true })
  }
}

/** Empty where the suite wrote nothing. The folder's name ends with the time. */
function read(results: string, leg: Leg, scenario: string): ReadonlyMap<string, Score> {
  const name = leg === 'server' ? `server-${basename(scenario)}` : basename(scenario)
  const folders = globSync(`${join(results, dirname(scenario), name)}-20*/checks.json`)
  const checks = new Map<string, Score>()
  for (const { id, status, errorMessage = '' } of folders.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')))) {
    const before = checks.get(id)
    const isWorse = !before || severity.indexOf(status) > severity.indexOf(before.status)
    if (isWorse) checks.set(id, { status, said: errorMessage })
  }
  return checks
}

/** What did not end well, as `check: status`; a scenario without any check did not end at all. */
export function failures(scores: Scores, scenario: string): readonly string[] {
  const checks = [...(scores.get(scenario) ?? [])]
  if (checks.length === 0) return ['no check was made']
  return checks
    .filter(([, { status }]) => status === 'FAILURE' || status === 'WARNING')
    .map(([check, { status }]) => `${check}: ${status}`)
}
