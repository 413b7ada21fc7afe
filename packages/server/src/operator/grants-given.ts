import {
  approversOf,
  grantChallenge,
  grantCovers,
  joinGrant,
  mayAnswer,
  newGrant,
  newGrantSaid,
  passkeyRequest,
  type WrittenGrant,
  writeGrant,
} from '@ecp/host'
import type { Approval, Grant } from '@ecp/ledger'
import { canonical, type GrantOffered, type OperatorGrantOptions, type Proof } from '@ecp/protocol'
import { z } from 'zod'
import { inWords } from './grants-shown.ts'
import type { OperatorDesk } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { assertionProof } from './passkeys/assertion-proof.ts'
import { passkeyPlace } from './passkeys/passkey-place.ts'
import { ceremonyMs } from './passkeys/registration-routes.ts'

const longestNote = 2_000
const condition = z.string().max(4_000)
const by = z.string().max(200)

export const wishRequest = z.strictObject({
  approval: z.string().max(200),
  condition,
  uses: z.int(),
  lasts: z.int().positive(),
  scope: z.enum(['run', 'principal']),
  by: by.optional(),
})
export const signature = {
  note: z.string().max(longestNote).optional(),
  by: by.optional(),
  nonce: z.string().max(64).optional(),
  assertion: z.record(z.string(), z.json()).optional(),
}
const text = z.string().max(1_000)
export const grantRequest = z.strictObject({
  approval: z.string().max(200),
  grant: z.uuid(),
  terms: z.strictObject({
    target: text,
    condition,
    uses: z.int(),
    from: z.int(),
    until: z.int(),
    run: text.optional(),
    executor: text,
    principal: text,
    policyDigest: text,
  }),
  ...signature,
})
type Signature = Pick<z.infer<typeof grantRequest>, keyof typeof signature>

/** What would be granted, in words, and with `by` what this approver is to sign. Throws `grant.refused`. */
export function grantOptions(
  desk: OperatorDesk,
  offered: GrantOffered,
  signer: string | undefined,
): OperatorGrantOptions {
  const { ledger, config } = desk.machine()
  const { grant, terms, needs } = offered
  const shown = { grant, terms, ...inWords(terms), covers: grantCovers(ledger, offered, desk.now()) }
  if (signer === undefined) return shown
  const approver = approversOf(config.layers).get(signer)
  if (!approver) throw refused(`there is no approver \`${signer}\`; \`ecp approvers list\` shows who there is`)
  if (!mayAnswer(approver, needs)) throw refused(`it needs other approvers than \`${signer}\`; its terms say which`)
  const said = newGrantSaid(signer)
  const place = passkeyPlace(desk.base())
  const publicKey = place && passkeyRequest(approver, place, grantChallenge(offered, said), ceremonyMs)
  if (!publicKey) {
    const other = approver.publicKey === undefined ? '' : '; `ecp grants` signs with the key that they have'
    const make = `\`ecp approvers add ${signer} --passkey\` makes one`
    throw refused(`\`${signer}\` has no passkey for pages of \`${desk.base()}\`: ${make}${other}`)
  }
  return { ...shown, nonce: said.nonce, publicKey }
}

/** How long ago (ms) what is granted now may have been shown. */
const longestRead = 900_000

/** Writes down a grant with the first yes to it. Throws `grant.refused`, `grant.needs-signature`. */
export function given(
  desk: OperatorDesk,
  approval: Approval,
  { grant, terms: { run, ...terms }, ...signed }: z.infer<typeof grantRequest>,
): Promise<WrittenGrant> {
  const { condition: asked, uses, from, until } = terms
  const now = desk.now()
  if (from > now || from < now - longestRead) throw refused('it was shown too long ago: look at it again')
  const scope = run === undefined ? 'principal' : 'run'
  const offered = { ...newGrant(approval, { condition: asked, uses, lasts: until - from, scope }, from), grant }
  if (canonical({ ...offered.terms }) !== canonical({ ...terms, ...(run === undefined ? {} : { run }) }))
    throw refused('its terms are not those of the action that was held')
  const { said, proof } = proven(desk, signed)
  return writeGrant(deskOf(desk), offered, said, proof)
}

/** Writes down another yes. Throws as {@link given} does, and `grant.over`. */
export function joined(desk: OperatorDesk, grant: Grant, signed: Signature): Promise<WrittenGrant> {
  const { said, proof } = proven(desk, signed)
  return joinGrant(deskOf(desk), grant, said, proof)
}

export function deskOf({ machine, now }: OperatorDesk) {
  const { ledger, config } = machine()
  return { ledger, approvers: approversOf(config.layers), now }
}

/** Without approvers the yes is the local operator's, unsigned. With them it is what an approver has signed. */
function proven(desk: OperatorDesk, { note, by: name, nonce, assertion }: Signature) {
  const noted = note === undefined ? {} : { note }
  const unsigned: Proof = { kind: 'unsigned' }
  if (deskOf(desk).approvers.size === 0) {
    if (name !== undefined) throw refused('no approvers are configured: `by` names none')
    return { said: { ...newGrantSaid(desk.user), ...noted }, proof: unsigned }
  }
  if (name === undefined || nonce === undefined || assertion === undefined) {
    const message = 'grants are signed here: with a passkey in the console, or with `ecp grants`'
    throw new OperatorError(403, 'grant.needs-signature', message)
  }
  const proof = assertionProof(assertion)
  if (!proof) throw new OperatorError(400, 'request.invalid', '`$.assertion` is no assertion of a passkey')
  return { said: { by: name, nonce, ...noted }, proof }
}

function refused(message: string): OperatorError {
  return new OperatorError(403, 'grant.refused', message)
}
