import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventLimit } from './event-limit.ts'

const max = 20

/** The number of the first byte that is refused, when the text comes in pieces of that length; 0 when none is. */
function refusedAt(text: string, piece = text.length): number {
  const limit = eventLimit('server `s`', max)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += piece) {
    try {
      limit.data(bytes.subarray(at, at + piece))
    } catch (cause) {
      expect(cause).toMatchObject({ code: 'server.message-too-large' })
      return Math.min(bytes.length, at + piece)
    }
  }
  return 0
}

describe('eventLimit', () => {
  it.each([
    ['an event of just so many bytes', `data:${'x'.repeat(15)}\n\n`],
    ['many of them', `data:${'x'.repeat(15)}\n\n`.repeat(10)],
    ['lines that end in CRLF', `data:${'x'.repeat(15)}\r\n\r\n`.repeat(10)],
    ['lines that end in CR', `data:${'x'.repeat(15)}\r\r`.repeat(10)],
    ['comments without end', ': 1234567890\n'.repeat(10)],
  ])('lets %s through, in whatever pieces', (_, text) => {
    for (const piece of [1, 2, 3, 5, 7, text.length]) expect(refusedAt(text, piece)).toBe(0)
  })

  it.each([
    ['one line', `data:${'x'.repeat(16)}`],
    ['one comment', `:${'x'.repeat(20)}`],
    ['lines', 'data:x\n'.repeat(10)],
    ['lines that end in CRLF', 'data:x\r\n'.repeat(10)],
    ['lines that end in CR', 'data:x\r'.repeat(10)],
    ['lines with comments between them', 'data:x\n:y\n'.repeat(10)],
  ])('refuses an event that is too large in %s, in whatever pieces', (_, text) => {
    for (const piece of [1, 2, 3, 5, 7, text.length]) expect(refusedAt(text, piece)).toBeGreaterThan(0)
  })

  it('does not depend on the pieces that a stream comes in', () => {
    const texts = fc.array(fc.constantFrom('data:', 'x', ':', '\r', '\n', '\r\n', 'id:1'), { maxLength: 60 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (parts, piece) => {
        const text = parts.join('')
        expect(refusedAt(text, piece) > 0).toBe(text.length > 0 && refusedAt(text) > 0)
      }),
    )
  })
})
