import type { Json, SecretReference } from '@ecp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from './redaction.ts'

const reference = (key: string): SecretReference => ({ provider: 'process.env', key })
const redactorOf = (...values: string[]) => {
  const redactor = createRedactor()
  for (const [index, value] of values.entries()) redactor.learn(reference(`K${index}`), value)
  return redactor
}

const everyByte = (text: string, upper: boolean) => {
  const hex = Buffer.from(text).toString('hex')
  return (upper ? hex.toUpperCase() : hex).replaceAll(/../g, '%$&')
}
const everyUnit = (text: string, upper: boolean) =>
  [...Array(text.length).keys()]
    .map((at) => {
      const hex = text.charCodeAt(at).toString(16).padStart(4, '0')
      return `\\u${upper ? hex.toUpperCase() : hex}`
    })
    .join('')

/** Every encoding of a value that the Redactor promises to find, as a whole text. */
const encodings: Record<string, (value: string) => string> = {
  verbatim: (value) => value,
  json: (value) => JSON.stringify(value).slice(1, -1),
  'json in json': (value) => JSON.stringify(JSON.stringify(value)),
  'json in json in json': (value) => JSON.stringify(JSON.stringify(JSON.stringify(value))),
  'json, slashes escaped': (value) => JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
  'json, every unit escaped, lower': (value) => everyUnit(value, false),
  'json, every unit escaped, upper': (value) => everyUnit(value, true),
  url: (value) => encodeURIComponent(value),
  'url, lower hex': (value) => encodeURIComponent(value).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  'url, whole': (value) => encodeURI(value),
  form: (value) => new URLSearchParams({ v: value }).toString().slice(2),
  'url in url': (value) => encodeURIComponent(encodeURIComponent(value)),
  'url, every byte, lower': (value) => everyByte(value, false),
  'url, every byte, upper': (value) => everyByte(value, true),
  'url in json': (value) => JSON.stringify(encodeURI(value)),
  hex: (value) => Buffer.from(value).toString('hex'),
  'hex, upper': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  'base64, no padding': (value) => Buffer.from(value).toString('base64').replaceAll('=', ''),
  'base64 after one byte': (value) => Buffer.from(`a${value}bcd`).toString('base64'),
  'base64 after two bytes': (value) => Buffer.from(`ab${value}c`).toString('base64'),
  'base64 of basic credentials': (value) => Buffer.from(`user:${value}`).toString('base64'),
  'base64 of json': (value) => Buffer.from(JSON.stringify({ value })).toString('base64'),
  'base64url of json': (value) => Buffer.from(JSON.stringify({ token: value })).toString('base64url'),
  'base64 in a url': (value) => encodeURIComponent(Buffer.from(`x${value}`).toString('base64')),
  'base64, wrapped': (value) => Buffer.from(`x${value}`).toString('base64').replaceAll(/.{7}/g, '$&\r\n'),
  'base64, wrapped, in json': (value) =>
    JSON.stringify(Buffer.from(`xy${value}z`).toString('base64').replaceAll(/.{5}/g, '$&\n')),
  'hex of json': (value) => Buffer.from(JSON.stringify({ value })).toString('hex'),
  'hex, wrapped': (value) => Buffer.from(value).toString('hex').replaceAll(/.{9}/g, '$&\n'),
}

const secret = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 60 }),
    fc.string({ minLength: 8, maxLength: 40, unit: 'binary' }),
    fc.base64String({ minLength: 8, maxLength: 80 }),
    fc.stringMatching(/^[ "\\%+/a-c\n]{8,24}$/),
  )
  .filter((value) => value.trim().length >= 8 && value.isWellFormed())
const around = fc.string({ maxLength: 12 })

describe('createRedactor', () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(`finds a secret: ${name}`, () => {
      fc.assert(
        fc.property(secret, (value) => {
          const encoded = encode(value)
          const text = `<<${encoded}>>`
          const redacted = redactorOf(value).text(text)
          expect(redacted).not.toContain(encoded)
          expect(redacted).not.toContain(value)
          expect(redacted).toMatch(/\[secret:process\.env:K0\]|\*\*\*/)
        }),
        { numRuns: 60 },
      )
    })
  }

  it('leaves nothing of a base64 that stands inside a longer one but the bytes beside it', () => {
    const value = 'Zq7-Wm3_Lx9!'
    for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
      for (const after of ['', 'x', 'xy', 'xyz']) {
        const redacted = redactorOf(value).text(Buffer.from(before + value + after).toString('base64'))
        const [head = '', tail = ''] = redacted.split('[secret:process.env:K0]')
        expect(before.startsWith(Buffer.from(head, 'base64').toString().slice(0, before.length))).toBe(true)
        expect(head.length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3))
        expect(tail.length).toBeLessThanOrEqual(4 * Math.ceil((after.length + 2) / 3))
      }
    }
  })

  it('never lets any encoding of any secret through, whatever stands around, and is idempotent', () => {
    const pieces = fc.array(fc.tuple(around, fc.nat(3), fc.constantFrom(...Object.keys(encodings))), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), pieces, (values, parts) => {
        const redactor = redactorOf(...values)
        const text = parts
          .map(([before, which, name]) => `${before} ${encodings[name]?.(values[which % values.length] ?? '')} `)
          .join('')
        const redacted = redactor.text(text)
        for (const value of values) {
          for (const encode of Object.values(encodings)) expect(redacted).not.toContain(encode(value))
        }
        expect(redactor.text(redacted)).toBe(redacted)
        expect(redactor.found(redacted)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('leaves text without secrets as it is', () => {
    const values = ['correct horse battery', 'x9$Kq"\\w%41+/=', 'aaaaaaaaaaaa']
    const redactor = redactorOf(...values)
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^[a-f0-9%\\u"+\n]*$/)), (text) => {
        fc.pre(!text.includes('aaaaaaaa'))
        expect(redactor.text(text)).toBe(text)
      }),
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redactor.json(value as Json)).toBe(value) // reason: fast-check's JsonValue is JSON
      }),
    )
  })

  it('does not search for values of fewer than 8 characters', () => {
    expect(redactorOf('short77').text('short77')).toBe('short77')
    expect(redactorOf('longer88').text('longer88')).toBe('[secret:process.env:K0]')
  })

  it('takes secrets that overlap, contain one another, or repeat themselves', () => {
    expect(redactorOf('abcdefgh1234', 'abcdefgh').text('abcdefgh1234 abcdefgh')).toBe(
      '[secret:process.env:K0] [secret:process.env:K1]',
    )
    expect(redactorOf('abcdefgh1234', '12345678').text('abcdefgh12345678!')).toBe(
      '[secret:process.env:K0][secret:process.env:K1]!',
    )
    expect(redactorOf('abababab').text(`${'ab'.repeat(50)}c`)).toBe('[secret:process.env:K0]c')
    const long = `-----BEGIN KEY-----\n${'Qk9'.repeat(900)}\n-----END KEY-----\n`
    expect(redactorOf(long, 'BEGIN KEY').text(`x${long.trim()}y BEGIN KEY`)).toBe(
      'x[secret:process.env:K0]y [secret:process.env:K1]',
    )
    expect(redactorOf(long).text(long.slice(0, 200))).toBe(long.slice(0, 200))
  })

  it('takes values that look like its own markers', () => {
    for (const value of [
      '[secret:process.env:K0]',
      'process.env',
      '[secret:',
      'secret:process.env:K0',
      'env:K0]tail',
    ]) {
      const redactor = redactorOf(value, 'abcdefgh')
      const redacted = redactor.text(`${value} abcdefgh abcdefghtail`)
      expect(redacted).not.toContain(value)
      expect(redactor.text(redacted)).toBe(redacted)
    }
  })

  it('redacts strings, keys and numbers of JSON, and keeps keys that became alike', () => {
    const redactor = redactorOf('abcdefgh', '1234567890')
    const value = JSON.parse(
      '{"abcdefgh":1,"[secret:process.env:K0]":[2,"xabcdefgh",{"n":1234567890}],"__proto__":"abcdefgh"}',
    )
    expect(JSON.stringify(redactor.json(value))).toBe(
      '{"[secret:process.env:K0]":1,"[secret:process.env:K0] (2)":[2,"x[secret:process.env:K0]",{"n":"[secret:process.env:K1]"}],"__proto__":"[secret:process.env:K0]"}',
    )
    expect(redactor.found(value)).toEqual([reference('K0'), reference('K1')])
    const clean: Json = { a: [1, null, true, { b: 'c' }] }
    expect(redactor.json(clean)).toBe(clean)
  })

  it('takes JSON of any depth', () => {
    let value: Json = 'abcdefgh'
    for (let depth = 0; depth < 200_000; depth++) value = depth % 2 ? [value] : { k: value }
    let redacted = redactorOf('abcdefgh').json(value)
    for (let depth = 0; depth < 200_000; depth++) redacted = Object.values(redacted as object)[0] // reason: built above
    expect(redacted).toBe('[secret:process.env:K0]')
  })

  it('reads ten megabytes in linear time, also when they are made against it', () => {
    const secrets = Array.from({ length: 20 }, (_, at) => `${at}-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab`)
    const redactor = redactorOf(...secrets, 'a'.repeat(3_000))
    for (const unit of ['plain text, as it comes; ', 'a', '%61', '\\u0061', '\\\\\\\\', '%25', 'YWFh\n']) {
      const text = unit.repeat((unit.length > 9 ? 10_000_000 : 3_000_000) / unit.length)
      // A search that is not linear takes hours, and a test has a minute.
      expect(redactor.text(text).length).toBeGreaterThan(0)
    }
  })

  it('finds a secret wherever it stands in a long text, and leaves the rest as it is', () => {
    const value = 'tok-0123456789"/+é'
    const redactor = redactorOf(value)
    const filler = 'lorem ipsum dolor, \\n %20 sit. '
    for (const encode of [JSON.stringify, encodeURIComponent, (text: string) => Buffer.from(text).toString('base64')]) {
      const parts = [filler.repeat(11_000), filler.repeat(16_516), filler.repeat(16_517), filler.repeat(25_000)]
      const text = parts.join(` ${encode(value)} `)
      const redacted = redactor.text(text)
      expect(redacted.split(/ "?\[secret:process\.env:K0\]"?=* /)).toEqual(parts)
      expect(redactor.found([text])).toEqual([reference('K0')])
    }
    expect(redactor.text(filler.repeat(60_000))).toBe(filler.repeat(60_000))
  })

  it('finds secrets that are split over the pieces of a stream', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(around, fc.nat(2), fc.constantFrom(...Object.keys(encodings))), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (values, parts, sizes) => {
          const redactor = redactorOf(...values)
          const text = parts
            .map(([before, which, name]) => `${before} ${encodings[name]?.(values[which % values.length] ?? '')} `)
            .join('')
          const stream = redactor.stream()
          let out = ''
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1
            out += stream.write(text.slice(at, at + size))
            at += size
          }
          out += stream.end()
          for (const value of values) {
            for (const encode of Object.values(encodings)) expect(out).not.toContain(encode(value))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('holds back no more of a stream than could be a secret', () => {
    const stream = redactorOf('tok-abcdefgh').stream()
    const line = 'server ready, waiting; '
    expect(stream.write(line)).toBe(line)
    expect(stream.write('key: tok-abc')).toBe('key:')
    expect(stream.write('defgh; ')).toBe(' [secret:process.env:K0]; ')
    expect(stream.end()).toBe('')
  })
})
