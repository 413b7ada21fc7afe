import type { RunSummary } from '@ecp/ledger'
import { nearest } from '@ecp/protocol'
import { CliError } from './error.ts'
import { visible } from './terminal/visible.ts'

const subcommands = ['list', 'verify']

/** The run that a person means by an id, the beginning of one, or `last`. Throws `cli.not-found` for none or several. */
export function runOf(runs: readonly RunSummary[], reference: string): RunSummary {
  const newest = runs.toSorted((a, b) => b.startedAt - a.startedAt)
  if (reference === 'last') {
    const [last] = newest
    if (!last) throw new CliError('cli.not-found', 'there are no runs in this ledger')
    return last
  }
  const exact = newest.find(({ run }) => run === reference)
  if (exact) return exact
  const matches = newest.filter(({ run }) => reference !== '' && run.startsWith(reference))
  const [only, ...others] = matches
  if (only && others.length === 0) return only
  const given = visible(reference, 80)
  if (only) {
    const names = matches.slice(0, 5).map(({ run }) => `\`${visible(run, 80)}\``)
    throw new CliError('cli.not-found', `${matches.length} runs begin with \`${given}\`: ${names.join(', ')}`)
  }
  const meant = nearest(reference, subcommands)
  const hint = meant === undefined ? '`ecp trace list` lists them' : `did you mean \`ecp trace ${meant}\`?`
  throw new CliError('cli.not-found', `no run \`${given}\` in this ledger; ${hint}`)
}
