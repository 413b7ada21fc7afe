import type { Approval, Ledger, Letter } from '@ecp/ledger'
import type { Json, JsonObject, WebhookData, WebhookMessage } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { worthOf } from '../approvals/judge.ts'
import { questionOf } from '../approvals/question.ts'
import { shown } from './shown.ts'

/** Bounds in UTF-16 units, so that no body comes near the 20 kB that Standard Webhooks 1.0 recommends as the most. */
const longest = { arguments: 2_000, message: 200, note: 500, name: 128 } as const
const most = { reasons: 8, approvers: 5 } as const

export interface MessageParts {
  readonly ledger: Pick<Ledger, 'approval' | 'decided' | 'run'>
  readonly approvers: Approvers
  /** Where the console is: an origin. */
  readonly base: string
  /** The value with every secret that is known here replaced by its name. */
  redacted<T extends Json>(value: T): Promise<T>
}

/**
 * What an endpoint is told of one record; undefined where the approval is not in the ledger. The same record makes the same
 * message whenever it is sent. Whatever text of it others chose is redacted first, then written out, then cut.
 */
export async function webhookMessage(letter: Letter, parts: MessageParts): Promise<WebhookMessage | undefined> {
  const { ledger, base } = parts
  const { record } = letter
  const approval = ledger.approval(record.body.approval)
  if (!approval) return undefined
  const { kind, run, action, target, executor, principal, terms, expiresAt } = approval
  const decided = ledger.decided(run, action)
  const client = ledger.run(run)?.start.client
  const reasons = decided?.decision.reasons ?? []
  const known = await parts.redacted({
    names: { target, executor, principal, ...(client === undefined ? {} : { client }) },
    approvers: terms.approvers.slice(0, most.approvers),
    messages: reasons.slice(0, most.reasons).map(({ message }) => message),
    arguments: decided?.action.arguments ?? null,
  })
  const named = (text: string) => shown(text, longest.name)
  const data: WebhookData = {
    approval: approval.approval,
    kind,
    url: `${base}/approvals/${encodeURIComponent(approval.approval)}`,
    target: named(known.names.target),
    ...(known.names.client === undefined ? {} : { client: named(known.names.client) }),
    executor: named(known.names.executor),
    principal: named(known.names.principal),
    run,
    action,
    reasons: reasons
      .slice(0, most.reasons)
      .map(({ code }, index) => ({ code, message: shown(known.messages[index] ?? '', longest.message) })),
    ...(reasons.length > most.reasons ? { reasonsLeftOut: reasons.length - most.reasons } : {}),
    terms: { quorum: terms.quorum, approvers: known.approvers.map(named) },
    expiresAt: new Date(expiresAt).toISOString(),
    ...(decided ? { arguments: argumentsOf(known.arguments) } : {}),
    ...(await eventData(letter, approval, parts)),
  }
  return { type: record.kind, timestamp: new Date(record.at).toISOString(), data }
}

function argumentsOf(value: Json): NonNullable<WebhookData['arguments']> {
  const json = JSON.stringify(value)
  const text = shown(json, longest.arguments)
  // JSON never ends so.
  return { text, bytes: Buffer.byteLength(json), isCut: text.endsWith('…') }
}

/** What the kind of event adds. */
async function eventData(
  { record }: Letter,
  approval: Approval,
  { ledger, approvers, redacted }: MessageParts,
): Promise<Partial<WebhookData>> {
  switch (record.kind) {
    case 'approval.answered': {
      const { answer, by, note, proof } = record.body
      // What a question was answered with is nobody's outside: the console shows it.
      const question = approval.kind === 'question' ? questionOf(ledger, approval) : undefined
      const counts = worthOf(approval, record.body, approval.terms, approvers, question) === 'counts'
      const said: JsonObject = await redacted({ by, note: note ?? '' })
      const noted = note === undefined ? {} : { note: shown(String(said.note), longest.note) }
      return { answer: { answer, by: shown(String(said.by), longest.name), ...noted, proof: proof.kind, counts } }
    }
    case 'approval.used':
      return { usedBy: record.body.action }
    case 'approval.cancelled': {
      const [by = ''] = await redacted([record.body.by])
      return { cancelledBy: shown(by, longest.name) }
    }
    default:
      return {}
  }
}
