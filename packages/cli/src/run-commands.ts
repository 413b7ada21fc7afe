import type { Command } from 'commander'
import type { ResumeOptions } from './commands/resume.ts'
import type { RunsListOptions } from './commands/runs-list.ts'
import type { SettleOptions } from './commands/runs-settle.ts'
import type { ExitCode } from './exit-code.ts'
import type { Invocation } from './invocation.ts'

const runArgument = ['<run>', 'the id of a run, the beginning of one, or `last`'] as const

/** The commands for runs that were started: to go on with them, to end them, to say what became of their writes. */
export function runCommands(ecp: Command, told: () => Invocation, done: (code: ExitCode) => void): void {
  ecp
    .command('resume')
    .description('go on with a run that waits, was cut off or stopped: what is on record is not done again')
    .argument(...runArgument)
    .option('--context <file>', 'where its Context is now; missing: where it was when the run started')
    .option('--record <file>', 'write the model turns that are still asked for to a file that can be played again')
    .option('--recorded <file>', 'take the model turns from such a file: no provider is asked')
    .option('--no-ask', 'ask nobody on this terminal: what waits for a person ends with exit code 4')
    .option('--wait <duration>', 'how long a held action waits for a person, such as 10m; missing: not at all')
    .action(async (run: string, options: ResumeOptions) =>
      done(await (await import('./commands/resume.ts')).resume(told(), run, options)),
    )
  ecp
    .command('cancel')
    .description('end a run: one that waits or was cut off at once, one that goes on by asking its process')
    .argument(...runArgument)
    .action(async (run: string) => done(await (await import('./commands/cancel.ts')).cancel(told(), run)))

  const runs = ecp.command('runs').description('runs that have not ended, and what they wait for')
  runs
    .command('list')
    .description('the runs that have not ended, the newest first')
    .option('--all', 'those that have ended, too')
    .action(async (options: RunsListOptions) =>
      done(await (await import('./commands/runs-list.ts')).runsList(told(), options)),
    )
  runs
    .command('show')
    .description('how one run stands, and with which commands it goes on')
    .argument(...runArgument)
    .action(async (run: string) => done(await (await import('./commands/runs-show.ts')).runsShow(told(), run)))
  runs
    .command('settle')
    .description('say what became of a write whose outcome nobody knows; it is recorded, and resume goes on with it')
    .argument(...runArgument)
    .argument('<action>', 'the id of the action, the beginning of it, or its key')
    .option('--happened', 'it took effect')
    .option('--did-not-happen', 'it did not, and is not to be done')
    .option('--retry', 'it did not, and is to be asked for again')
    .option('--result <json>', 'with --happened: what it answered')
    .option('--note <text>', 'how that was found out; it is recorded')
    .action(async (run: string, action: string, options: SettleOptions) =>
      done(await (await import('./commands/runs-settle.ts')).runsSettle(told(), run, action, options)),
    )
  runs
    .command('end')
    .description("end the run of a gateway's client: its next action begins another one")
    .argument(...runArgument)
    .action(async (run: string) => done(await (await import('./commands/runs-end.ts')).runsEnd(told(), run)))
}
