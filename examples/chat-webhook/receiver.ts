import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ApprovalMessage, chatText } from './chat-text.ts'
import { refusalOf } from './verify.ts'

// Takes ECP's webhooks, and posts what they say to a chat system. WEBHOOK_SECRET: the key that ECP signs with. CHAT_URL: the
// address of an incoming webhook of the chat system; it is a secret, too. PORT: where this listens, on this machine only.
const { WEBHOOK_SECRET: secret = '', CHAT_URL: chat = '', PORT: port = '7392' } = process.env
const mostBytes = 100_000

// ECP sends again what it does not know to have arrived, with the same id.
const posted = new Set<string>()

createServer((request, response) => {
  answer(request, response).catch((cause: Error) => {
    console.error(cause.message)
    response.writeHead(502).end() // ECP tries again
  })
}).listen(Number(port), '127.0.0.1', function listening(this: { address(): unknown }) {
  console.log(JSON.stringify(this.address()))
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  const refusal = body === undefined ? 'it is too large' : refusalOf(request.headers, body, secret, Date.now())
  if (body === undefined || refusal !== undefined) {
    console.error(`refused: ${refusal}`)
    response.writeHead(401).end()
    return
  }
  const id = String(request.headers['webhook-id'])
  if (!posted.has(id)) {
    const message: ApprovalMessage = JSON.parse(body) // signed by ECP
    await post(chatText(message))
    posted.add(id)
    for (const oldest of posted) if (posted.size > 1_000) posted.delete(oldest)
  }
  response.writeHead(204).end()
}

async function post(text: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(chat, { method: 'POST', headers, body: JSON.stringify({ text }), redirect: 'error' })
  if (!answer.ok) throw new TypeError(`the chat system answered HTTP ${answer.status}`)
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > mostBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
