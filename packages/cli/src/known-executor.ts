import { nearest } from '@ecp/protocol'
import { CliError } from './error.ts'

/** Throws `cli.usage`, with the name that was meant, for an executor that a Context does not have. */
export function refuseUnknownExecutor(context: string, executor: string, executors: readonly string[]): void {
  if (executors.includes(executor)) return
  const meant = nearest(executor, executors)
  const hint =
    meant === undefined ? `it has ${executors.map((one) => `\`${one}\``).join(', ')}` : `did you mean \`${meant}\`?`
  throw new CliError('cli.usage', `\`${context}\` has no executor \`${executor}\`; ${hint}`)
}
