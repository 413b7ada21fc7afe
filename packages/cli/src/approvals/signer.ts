import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Approver, type Approvers, mayAnswer, readSigningKey, unsignedWarning } from '@ecp/host'
import { type ApprovalTerms, nearest, type Proof } from '@ecp/protocol'
import { isKeyHere, keyFile, readKeyFile } from '../approvers/key-file.ts'
import { type PassphraseOptions, passphrase } from '../approvers/passphrase.ts'
import { CliError } from '../error.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { termsWords } from './words.ts'

/** Who answers, and what stands behind the answer. */
export interface Signer<Said> {
  readonly by: string
  proof(said: Said): Proof
}

export interface SigningOptions extends PassphraseOptions {
  /** The approver's name. */
  readonly as?: string
}

/**
 * Who answers here: the approver whose key this machine has, or without approvers this user, unsigned. `sign` says what is signed.
 * Throws `cli.refused` for a wrong passphrase, and for whoever the host or the terms do not name: nothing is written then.
 */
export async function signer<Said>(
  invocation: Invocation,
  terms: ApprovalTerms,
  approvers: Approvers,
  options: SigningOptions,
  sign: (said: Said, key: KeyObject) => Proof,
): Promise<Signer<Said>> {
  const { terminal, user, home } = invocation
  const { as } = options
  if (approvers.size === 0) {
    if (as !== undefined) throw refused(`there is no approver \`${visible(as, 80)}\`: none are configured`)
    if (terms.approvers.length > 0) {
      const needed = termsWords(terms)
      throw refused(`it needs ${needed}, and no approvers are configured; \`ecp approvers add\` makes a key`)
    }
    terminal.err(`ecp: ${unsignedWarning}`)
    return { by: user, proof: () => ({ kind: 'unsigned' }) }
  }
  const approver = as === undefined ? theOneHere(terms, approvers, home) : named(as, approvers)
  if (!mayAnswer(approver, terms)) {
    throw refused(`it needs ${termsWords(terms)}, and \`${visible(approver.name, 80)}\` is none of them`)
  }
  const key = await keyOf(invocation, approver, options)
  return { by: approver.name, proof: (said) => sign(said, key) }
}

function theOneHere(terms: ApprovalTerms, approvers: Approvers, home: string): Approver {
  const here = [...approvers.values()].filter(
    (approver) => mayAnswer(approver, terms) && isKeyHere(home, approver.name),
  )
  const [only, ...others] = here
  if (only && others.length === 0) return only
  const names = (only ? here : [...approvers.values()]).map(({ name }) => `\`${visible(name, 80)}\``).join(', ')
  if (only)
    throw new CliError(
      'cli.usage',
      `there are keys of several approvers here: say who answers with \`--as\` (${names})`,
    )
  throw refused(`the key of no approver who may answer this is here; approvers are ${names}`)
}

function named(as: string, approvers: Approvers): Approver {
  const approver = approvers.get(as)
  if (approver) return approver
  const meant = nearest(as, [...approvers.keys()])
  const hint =
    meant === undefined ? '`ecp approvers list` shows who there is' : `did you mean \`${visible(meant, 80)}\`?`
  throw refused(`there is no approver \`${visible(as, 80)}\`; ${hint}`)
}

async function keyOf(
  invocation: Invocation,
  { name, publicKey }: Approver,
  options: SigningOptions,
): Promise<KeyObject> {
  const { home } = invocation
  const file = keyFile(home, name)
  if (publicKey === undefined) throw refused(`\`${visible(name, 80)}\` has a passkey only: it answers in the console`)
  const pem = await readKeyFile(home, name)
  if (pem === undefined)
    throw refused(`the key of \`${visible(name, 80)}\` is not here: there is no \`${visible(file)}\``)
  const key = readSigningKey(pem, await passphrase(invocation, options, `Passphrase of ${visible(name, 80)}`))
  if (!key) throw refused(`the passphrase does not open \`${visible(file)}\``)
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url')
  if (own === publicKey) return key
  const message = `\`${visible(file)}\` is another key than the \`publicKey\` of \`${visible(name, 80)}\` in the configuration`
  throw refused(`${message}: what it signs counts for nothing`)
}

function refused(message: string): CliError {
  return new CliError('cli.refused', message)
}
