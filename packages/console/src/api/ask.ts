import { ConsoleError } from '../error.ts'
import { request } from './request.ts'

/** Reads what is at `path`. The type is that of `@ecp/protocol`, which the server of the same version holds itself to. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, signal ? { signal } : {})
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  return ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

export function remove<T>(path: string): Promise<T> {
  return ask<T>(path, { method: 'DELETE' })
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await request(path, init)
  if (answer.status === 204) return undefined as T // reason: who asks for nothing gets nothing
  try {
    return await answer.json()
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ConsoleError('console.unreadable', answer.status, 'the answer broke off before its end: load it again')
  }
}
