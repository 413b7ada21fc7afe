import { type Command, Option } from 'commander'
import type { GrantsAddOptions } from './commands/grants-add.ts'
import type { GrantsSignOptions } from './commands/grants-sign.ts'
import type { ExitCode } from './exit-code.ts'
import type { Invocation } from './invocation.ts'

const idArgument = ['<id>', 'its id, or the beginning of one'] as const
const signingFlags = (command: Command) =>
  command
    .option('--as <name>', 'the approver who gives it; missing: the one whose key is here')
    .option('--passphrase-file <file>', 'a file with the passphrase that only you may read, or - for stdin')
    .option('--note <text>', 'what is to be remembered with it')
    .option('-y, --yes', 'do not ask')

/** The commands for what may happen without asking each time. */
export function grantCommands(ecp: Command, told: () => Invocation, done: (code: ExitCode) => void): void {
  const grants = ecp
    .command('grants')
    .description('actions that may happen without asking each time, so often and so long')
  grants
    .command('list')
    .description('what is granted, and what waits for more signatures')
    .option('--all', 'those that are over, too')
    .action(async (options: { all?: boolean }) =>
      done(await (await import('./commands/grants-list.ts')).grantsList(told(), options)),
    )
  grants
    .command('show')
    .description('what a grant lets happen, who has given it, and how often it was used')
    .argument(...idArgument)
    .action(async (id: string) => done(await (await import('./commands/grants-show.ts')).grantsShow(told(), id)))
  signingFlags(grants.command('add'))
    .description('grant actions like one that was held, in place of approving it')
    .argument('[approval]', 'the id of the held action, or the beginning of one')
    .requiredOption('--where <condition>', 'for which arguments, in CEL over `args`; true: whatever they are')
    .requiredOption('--times <count>', 'how often at most')
    .requiredOption('--for <duration>', 'how long, such as 2h')
    .addOption(
      new Option('--scope <scope>', 'for this run, or for every run of its principal')
        .choices(['run', 'principal'])
        .default('run'),
    )
    .option('--run <run>', 'in place of an approval: the run in which the tool was held last')
    .option('--tool <tool>', 'with --run: the tool, as server:tool')
    .option('--executor <name>', 'with --run: the executor that asked')
    .action(async (id: string | undefined, options: GrantsAddOptions) =>
      done(await (await import('./commands/grants-add.ts')).grantsAdd(told(), id, options)),
    )
  signingFlags(grants.command('sign'))
    .description('give your yes to a grant that needs several')
    .argument(...idArgument)
    .action(async (id: string, options: GrantsSignOptions) =>
      done(await (await import('./commands/grants-sign.ts')).grantsSign(told(), id, options)),
    )
  grants
    .command('revoke')
    .description('end a grant')
    .argument(...idArgument)
    .option('--note <text>', 'what is to be remembered with it')
    .action(async (id: string, options: { note?: string }) =>
      done(await (await import('./commands/grants-revoke.ts')).grantsRevoke(told(), id, options)),
    )
}
