import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsIn, type ServerEvent } from '../src/api/event-stream.ts'

/** The same bytes in pieces, as a network has it. */
function streamOf(text: string, cuts: readonly number[] = []): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return new ReadableStream({
    start(controller) {
      let from = 0
      for (const end of ends) {
        controller.enqueue(bytes.slice(from, end))
        from = end
      }
      controller.close()
    },
  })
}
async function eventsOf(text: string, cuts?: readonly number[]): Promise<readonly ServerEvent[]> {
  const events: ServerEvent[] = []
  for await (const event of eventsIn(streamOf(text, cuts))) events.push(event)
  return events
}

test.each([
  ['event: run\ndata: {"a":1}\n\n', [{ type: 'run', data: '{"a":1}' }]],
  ['data: a\ndata: b\n\n', [{ type: 'message', data: 'a\nb' }]],
  [':\n\n: here\n\ndata:x\r\n\r\n', [{ type: 'message', data: 'x' }]],
  ['event: state\n\ndata: x\n\n', [{ type: 'message', data: 'x' }]],
  ['data: not ended\n', []],
  ['id: 7\nretry: 10\ndata: :\n\n', [{ type: 'message', data: ':' }]],
])('%j is %j', async (text, events) => {
  expect(await eventsOf(text)).toEqual(events)
})

test('wherever the network cuts it, it is the same', async () => {
  const text = 'event: approval\ndata: {"name":"żółw 🐢"}\n\n:\n\nevent: run\ndata: 1\ndata: 2\n\n'
  const whole = await eventsOf(text)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 8 }), async (cuts) => {
      expect(await eventsOf(text, cuts)).toEqual(whole)
    }),
  )
})
