import type { RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from '../src/network/guarded-fetch.ts'
import type { NetworkRules } from '../src/network/network-rules.ts'
import { type Listening, listening } from './listening.ts'

/** The rules where no layer says anything, and those where all allow private addresses. */
export const closed: NetworkRules = {
  domains: [],
  privateRefusal: 'no layer sets `security.network.allowPrivateAddresses`',
}
export const open: NetworkRules = { domains: [], privateRefusal: undefined }

/** A guarded fetch for server `docs` that ends with its test. */
export function guarded(options: Partial<GuardedFetchOptions> = {}): GuardedFetch {
  const fetch = createGuardedFetch({ name: 'docs', rules: closed, literals: [], ...options })
  onTestFinished(() => fetch.close())
  return fetch
}

/** A server that ends with its test. */
export async function served(answer: RequestListener, address?: string, port?: number): Promise<Listening> {
  return kept(listening(answer, address, port))
}

export async function kept<T extends AsyncDisposable>(server: Promise<T>): Promise<T> {
  const one = await server
  onTestFinished(() => one[Symbol.asyncDispose]())
  return one
}
