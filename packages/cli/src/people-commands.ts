import type { ApprovalKind, ApprovalState } from '@ecp/protocol'
import { type Command, Option } from 'commander'
import type { SigningOptions } from './approvals/signer.ts'
import type { AnswerOptions } from './commands/approvals-answer.ts'
import type { ApprovalsListOptions } from './commands/approvals-list.ts'
import type { ApproversAddOptions } from './commands/approvers-add.ts'
import type { ProposalsApplyOptions } from './commands/proposals-apply.ts'
import type { ExitCode } from './exit-code.ts'
import type { Invocation } from './invocation.ts'

// Written out, as below: what `ecp approvals` is about.
const waiting: readonly ApprovalKind[] = ['hold', 'question']
const proposed: readonly ApprovalKind[] = ['proposal']
// Written out: `ecp --help` loads no package for it.
const states: readonly ApprovalState[] = ['pending', 'approved', 'denied', 'expired', 'cancelled', 'used']
const idArgument = ['<id>', 'its id, or the beginning of one'] as const
const passphraseFlag = (command: Command) =>
  command.option('--passphrase-file <file>', 'a file with the passphrase that only you may read, or - for stdin')
const signingFlags = (command: Command) =>
  passphraseFlag(command.option('--as <name>', 'the approver who answers; missing: the one whose key is here'))
const answerFlags = (command: Command) =>
  signingFlags(command.option('--note <text>', 'what is to be remembered with the answer'))

/** The commands for people who answer: approvals, proposals, approvers. */
export function peopleCommands(ecp: Command, told: () => Invocation, done: (code: ExitCode) => void): void {
  const listing = (of: Command, kinds: readonly ApprovalKind[], description: string) =>
    of
      .command('list')
      .description(description)
      .option('--all', 'those that are over, too')
      .addOption(new Option('--state <state>', 'only those in this state').choices(states))
      .action(async (options: ApprovalsListOptions) =>
        done(await (await import('./commands/approvals-list.ts')).approvalsList(told(), kinds, options)),
      )
  const showing = (of: Command, kinds: readonly ApprovalKind[], description: string) =>
    of
      .command('show')
      .description(description)
      .argument(...idArgument)
      .action(async (id: string) =>
        done(await (await import('./commands/approvals-show.ts')).approvalsShow(told(), kinds, id)),
      )
  const answering = (command: Command, kinds: readonly ApprovalKind[], verdict: 'approve' | 'deny') =>
    command.argument(...idArgument).action(async (id: string, options: AnswerOptions) => {
      const { answerApproval } = await import('./commands/approvals-answer.ts')
      done(await answerApproval(told(), kinds, id, verdict, options))
    })

  const approvals = ecp.command('approvals').description('actions and questions that wait for a person')
  listing(approvals, waiting, 'what waits for a person, and what was approved and not used yet')
  showing(
    approvals,
    waiting,
    'exactly what would happen or is asked, why it waits, who has answered, and what it would change',
  )
  answering(answerFlags(approvals.command('approve')), waiting, 'approve')
    .description('let a held action happen, once, exactly as it is')
    .option('--expires <duration>', 'how long the approval may be used, such as 1h; missing: as long as it is open')
  answering(answerFlags(approvals.command('deny')), waiting, 'deny').description(
    'say no to a held action or a question',
  )
  answerFlags(approvals.command('answer'))
    .description('answer a question with a value; on a terminal without one, it is asked for')
    .argument(...idArgument)
    .option('--value <json>', 'the answer, as JSON')
    .option('--value-file <file>', 'a file with the answer, as JSON')
    .option('--text <text>', 'the answer, where it is a text')
    .action(async (id: string, options: AnswerOptions) =>
      done(await (await import('./commands/approvals-answer.ts')).answerQuestion(told(), id, options)),
    )
  signingFlags(approvals.command('watch'))
    .description('show held and proposed actions and questions as they come; on a terminal, ask about each')
    .action(async (options: SigningOptions) =>
      done(await (await import('./commands/approvals-watch.ts')).approvalsWatch(told(), options)),
    )

  const proposals = ecp.command('proposals').description('writes that were only written down, for a person to apply')
  listing(proposals, proposed, 'the proposals that nobody has applied or dropped')
  showing(proposals, proposed, 'exactly what was proposed, by whom, and what it would change')
  answerFlags(proposals.command('apply'))
    .description('sign for a proposal and perform it, once, exactly as it was recorded')
    .argument(...idArgument)
    .requiredOption('--context <file>', 'the Context that it was proposed under')
    .option('--expires <duration>', 'how long your signature holds where others have to sign too, such as 1h')
    .action(async (id: string, options: ProposalsApplyOptions) =>
      done(await (await import('./commands/proposals-apply.ts')).proposalsApply(told(), id, options)),
    )
  answering(answerFlags(proposals.command('drop')), proposed, 'deny').description('say no to a proposal')

  const approvers = ecp.command('approvers').description('whose word counts: people with keys of their own')
  passphraseFlag(approvers.command('add'))
    .description('make a key under a passphrase, and print what the host configuration has to say')
    .argument('<name>', 'the name of the approver')
    .option('--groups <names>', 'groups that they are in, such as ops,finance')
    .option('--into <file>', 'write the entry into this configuration file')
    .option('--passkey', 'a passkey instead, made in a browser at a link of the running `ecp serve`')
    .action(async (name: string, options: ApproversAddOptions) =>
      done(
        await (options.passkey
          ? (await import('./commands/approvers-add-passkey.ts')).approversAddPasskey(told(), name, options)
          : (await import('./commands/approvers-add.ts')).approversAdd(told(), name, options)),
      ),
    )
  approvers
    .command('list')
    .description('who is configured, in which groups, and whose key is here')
    .action(async () => done(await (await import('./commands/approvers-list.ts')).approversList(told())))
  approvers
    .command('remove')
    .description("delete an approver's key from this machine")
    .argument('<name>', 'the name of the approver')
    .action(async (name: string) =>
      done(await (await import('./commands/approvers-remove.ts')).approversRemove(told(), name)),
    )
}
