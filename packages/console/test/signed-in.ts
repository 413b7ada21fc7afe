import type { OperatorState } from '@ecp/protocol'
import { expect } from 'vitest'
import type { ConsoleDesk } from './console-desk.ts'

/** What was answered, whatever it was. */
export interface Told {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what matters of it the tests look at
  readonly body: any // reason: JSON of every route
}

/** Asks the console's API without a browser: every byte can be chosen. */
export async function ask(
  url: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const sent = { 'content-type': 'application/json', ...headers }
  const init = body ? { method: 'POST', headers: sent, body: JSON.stringify(body) } : { headers }
  const answer = await fetch(`${url}/console/api${path}`, init)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Somebody who is signed in by a link, without a browser. */
export interface SignedIn {
  get(path: string): Promise<Told>
  post(path: string, body: object): Promise<Told>
}

export async function signIn({ url, link }: ConsoleDesk): Promise<SignedIn> {
  const { body } = await ask(url, '/session', { code: new URL(link()).hash.replace('#code=', '') })
  const headers = { authorization: `Bearer ${body.token}` }
  return { get: (path) => ask(url, path, undefined, headers), post: (path, sent) => ask(url, path, sent, headers) }
}

/** Settles when the server has read the config that names these approvers. */
export async function known(serving: ConsoleDesk, ...names: readonly string[]): Promise<void> {
  const { get } = await signIn(serving)
  const state = async (): Promise<OperatorState> => (await get('/state')).body
  await expect
    .poll(async () => (await state()).approvers.map(({ name }) => name), { timeout: 20_000 })
    .toEqual([...names])
}
