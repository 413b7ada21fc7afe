// What of a message is used here; `WebhookMessage` of @ecp/protocol is all of it.
export interface ApprovalMessage {
  readonly type: string
  readonly data: {
    readonly kind: string
    readonly url: string
    readonly target: string
    readonly client?: string
    readonly executor: string
    readonly expiresAt: string
    readonly reasons: readonly { readonly message: string }[]
    readonly arguments?: { readonly text: string; readonly bytes: number; readonly isCut: boolean }
    readonly answer?: { readonly answer: string; readonly by: string; readonly note?: string; readonly counts: boolean }
  }
}

const kinds: Readonly<Record<string, string>> = { proposal: 'proposal', question: 'question' }

/** The text of a message in a chat system that takes `{text}`, with what others wrote as text and nothing else. */
export function chatText({ type, data }: ApprovalMessage): string {
  const what = kinds[data.kind] ?? 'held call'
  const head = `${headOf(type, data)}: ${what} of \`${plain(data.target)}\``
  const who = `asked by ${plain(data.client ?? 'a client that is not on record')} (${plain(data.executor)})`
  if (type !== 'approval.requested') return `${head}, ${who}\n${data.url}`
  return [
    `*${head}*`,
    `${who}, open until ${data.expiresAt}`,
    ...data.reasons.map(({ message }) => `• ${plain(message)}`),
    ...(data.arguments ? [`\`\`\`${plain(data.arguments.text)}\`\`\``] : []),
    ...(data.arguments?.isCut ? [`_cut: all ${data.arguments.bytes} bytes are at the link_`] : []),
    `Look at it, and answer: ${data.url}`,
  ].join('\n')
}

function headOf(type: string, { kind, answer }: ApprovalMessage['data']): string {
  if (type === 'approval.requested') return 'Somebody has to answer'
  if (type !== 'approval.answered' || !answer) return plain(type)
  const said = `${answer.answer === 'deny' ? 'Denied' : kind === 'question' ? 'Answered' : 'Approved'} by ${plain(answer.by)}`
  const noted = answer.note === undefined ? said : `${said} (“${plain(answer.note)}”)`
  return answer.counts ? noted : `${noted}, which does not count`
}

/** Slack's control characters (`<!channel>` would call everybody), and what would end a stretch of code. */
function plain(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', "'")
}
