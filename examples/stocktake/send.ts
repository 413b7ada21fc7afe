// Sends a message that starts a run, signed as Standard Webhooks has it: `node send.ts ADDRESS JSON`, with the key in HOOK.
import { createHmac, randomUUID } from 'node:crypto'

const [address = '', body = '{}'] = process.argv.slice(2)
const key = Buffer.from((process.env.HOOK ?? '').replace(/^whsec_/, ''), 'base64')
// The id is the message's: sent again with the same one, it starts nothing more.
const id = `msg_${randomUUID()}`
const timestamp = String(Math.floor(Date.now() / 1_000))
const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
const answer = await fetch(address, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  },
  body,
})
console.log(answer.status, await answer.text())
