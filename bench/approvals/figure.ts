import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { measureInChild } from '../harness/child.ts'
import { atMost } from '../harness/comparison.ts'
import type { EcpFiles } from '../harness/ecp-files.ts'
import type { Cell, Figure } from '../harness/figure.ts'
import { type InstalledEcp, installEcp } from '../harness/installed.ts'
import { spread } from '../harness/statistics.ts'
import { filled } from './filled.ts'
import type { HeldOptions, HeldRound, Times } from './held-round.ts'

const script = (name: string) => join(import.meta.dirname, name)

export const approvalsFigure: Figure = {
  name: 'approvals',
  title: 'people in the loop',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const rounds: HeldRound[] = []
    for (let number = 1; number <= (quick ? 1 : 5); number += 1) {
      progress(`round ${number}, calls that are held`)
      const options: HeldOptions = { command: ecp.command, calls: quick ? 10 : 200 }
      rounds.push(await measureInChild<HeldRound>(script('measure-held.ts'), JSON.stringify(options)))
    }
    const pending = quick ? 500 : 10_000
    progress(`asking for ${pending} approvals`)
    const full = await filled(pending)
    const one = await filled(1)
    const lists: { readonly full: number; readonly one: number }[] = []
    for (let number = 1; number <= (quick ? 1 : 5); number += 1) {
      progress(`round ${number}, lists`)
      lists.push({ full: await listed(ecp, full.files), one: await listed(ecp, one.files) })
    }
    for (const { files } of [full, one]) files.remove()

    const of = (which: keyof HeldRound, value: keyof Times): Cell => spread(rounds.map((round) => round[which][value]))
    const added = (value: keyof Times) => spread(rounds.map(({ approved, open }) => approved[value] - open[value]))
    const ratio = spread(rounds.map(({ approved, open }) => approved.p50 / open.p50))
    const answered = spread(rounds.map(({ answered: { p50 } }) => p50))
    return {
      tables: [
        {
          title: 'a write over stdio, one at a time, milliseconds',
          columns: ['', 'p50', 'p99'],
          rows: [
            [
              'a call that waits: from the answer being on record to the result',
              of('answered', 'p50'),
              of('answered', 'p99'),
            ],
            ['a call that nobody has to approve', of('open', 'p50'), of('open', 'p99')],
            ['a call that was approved before', of('approved', 'p50'), of('approved', 'p99')],
            ['  more than one that nobody has to approve', added('p50'), added('p99')],
            ['  times one that nobody has to approve', ratio, ''],
          ],
        },
        {
          title: `${pending} pending approvals, milliseconds`,
          columns: ['', 'time'],
          rows: [
            ['read from the ledger, all', spread([full.inbox.all])],
            ['read from the ledger, the first fifty', spread([full.inbox.page])],
            ['ecp approvals list --json, the process', spread(lists.map(({ full }) => full))],
            ['  the same of a ledger with one', spread(lists.map(({ one }) => one))],
          ],
        },
      ],
      aims: [atMost('from a person’s approval to execution, p50', 50, answered.median)],
      notes: [
        'The result reaches the client after the execution: what is measured is more than what is aimed at.',
        'Whoever waits looks for answers of other processes every 20 ms. Answers are unsigned; a signature adds its check.',
        'Calls that were approved and calls that nobody has to approve take turns, through two gateways on one ledger.',
      ],
    }
  },
}

/** Milliseconds that `ecp approvals list` takes from start to end. */
async function listed({ command }: InstalledEcp, { place, environment }: EcpFiles): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, [command, 'approvals', 'list', '--json', ...place], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`\`ecp approvals list\` ended with ${code}`)
  return performance.now() - started
}
