import type { GrantStanding, WrittenGrant } from '@ecp/host'
import { adviseCondition, type GrantState, type GrantTerms, grantSentence } from '@ecp/protocol'
import { termsWords, worthWords } from '../approvals/words.ts'
import type { Paint, Style } from '../terminal/paint.ts'
import { visible, visibleLines } from '../terminal/visible.ts'
import { counted, moment } from '../trace/words.ts'

export const grantStyles: Readonly<Record<GrantState, Style>> = {
  offered: 'warn',
  given: 'good',
  spent: 'quiet',
  revoked: 'bad',
  expired: 'quiet',
}

/** What a person has to know before they sign: the sentence, the condition itself, and what may be meant otherwise. */
export function termsText(terms: GrantTerms, paint: Paint): string {
  const { condition } = terms
  const advice = adviseCondition(condition).map((text) => paint('warn', `note: ${visible(text)}`))
  const cel = condition === 'true' ? [] : [`condition (CEL): ${visibleLines(condition)}`]
  return [visible(grantSentence(terms)), ...cel, ...advice].join('\n')
}

/** All of a grant. */
export function grantText({ grant, state, givers, givenBy }: GrantStanding, paint: Paint): string {
  const { terms, needs, used, approval, offeredAt, lastUsedBy, revokedBy } = grant
  return [
    `${paint('strong', 'grant')} ${visible(grant.grant)}  ${paint(grantStyles[state], state)}`,
    termsText(terms, paint),
    `used ${used} of ${counted(terms.uses, 'time')}${lastUsedBy === undefined ? '' : `, last by action ${visible(lastUsedBy)}`}`,
    `offered ${moment(offeredAt)}${approval === undefined ? '' : `, in place of approval ${visible(approval)}`}`,
    ...(revokedBy === undefined ? [] : [`revoked by ${visible(revokedBy)}`]),
    `needs ${termsWords(needs)}; ${givenBy} so far`,
    ...givers.map(({ by, at, note, worth, proof }) => {
      const signed = worth === 'counts' && proof.kind !== 'unsigned' ? 'good signature: ' : ''
      const worthy = paint(worth === 'counts' ? 'good' : 'bad', `${signed}${worthWords[worth]}`)
      return `  ${visible(by)} gave it ${moment(at)}${note === undefined ? '' : `: “${visible(note)}”`}  ${worthy}`
    }),
    paint(
      'quiet',
      `policy ${visible(terms.policyDigest)}: a grant ends with the policy, wiring and pins that it was given under`,
    ),
  ].join('\n')
}

/** What a person's yes has come to. */
export function givenText({ grant, state, givenBy, covers }: WrittenGrant): string {
  const id = visible(grant.grant)
  if (state !== 'given')
    return `grant ${id}: ${givenBy} of the ${termsWords(grant.needs)} that it needs; others give theirs with \`ecp grants sign ${id}\``
  const held = grant.approval === undefined ? undefined : visible(grant.approval)
  if (held === undefined) return `grant ${id} is given`
  return covers
    ? `grant ${id} is given: the call that waited under ${held} may go on, too`
    : `grant ${id} is given; it does not fit the call under ${held}, which waits on`
}
