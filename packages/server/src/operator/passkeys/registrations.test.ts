import { expect, test } from 'vitest'
import { passkeyPlace } from './passkey-place.ts'
import { Registrations, registrationMs } from './registrations.ts'

const place = { origin: 'http://localhost:7391', rpId: 'localhost' }
const passkey = { id: 'a', publicKey: 'b', rpId: 'localhost', origins: [place.origin] }

test('a link is good until its passkey is made, or its time is over; what was made is told until then', () => {
  let at = 1_000
  const registrations = new Registrations(() => at)
  const { registration, code } = registrations.begin('ada', place)
  expect(registration).toMatchObject({ name: 'ada', place, expiresAt: 1_000 + registrationMs })
  expect(registrations.find(code)).toMatchObject({ id: registration.id, challenge: registration.challenge })
  expect(registrations.outcome(registration.id)).toEqual({})
  expect(registrations.finish(registration, passkey)).toBe(true)
  expect(registrations.finish(registration, { ...passkey, id: 'other' })).toBe(false)
  expect(registrations.find(code)).toBeUndefined()
  expect(registrations.outcome(registration.id)).toEqual({ passkey })
  const late = registrations.begin('bob', place)
  at += registrationMs
  expect(registrations.find(late.code)).toBeUndefined()
  expect(registrations.finish(late.registration, passkey)).toBe(false)
  expect(registrations.outcome(registration.id)).toBeUndefined()
})

test('who guesses at a link has five tries, and what is asked for too often takes the place of the oldest', () => {
  const registrations = new Registrations(() => 1_000)
  const { registration, code } = registrations.begin('ada', place)
  for (let tries = 0; tries < 4; tries++) expect(registrations.find(`${registration.id}.AAAA`)).toBeUndefined()
  expect(registrations.find(code)).toBeDefined()
  expect(registrations.find(`${registration.id}.AAAA`)).toBeUndefined()
  expect(registrations.find(code)).toBeUndefined()
  const first = registrations.begin('ada', place)
  for (let more = 0; more < 15; more++) registrations.begin('ada', place)
  expect(registrations.find(first.code)).toBeDefined()
  registrations.begin('ada', place)
  expect(registrations.find(first.code)).toBeUndefined()
})

test('passkeys are for a name, over https or on this machine', () => {
  expect(passkeyPlace('http://localhost:7391')).toEqual(place)
  expect(passkeyPlace('https://ecp.example')).toEqual({ origin: 'https://ecp.example', rpId: 'ecp.example' })
  for (const base of ['http://127.0.0.1:7391', 'https://192.0.2.1', 'https://[2001:db8::a]', 'http://ecp.example'])
    expect(passkeyPlace(base)).toBeUndefined()
})
