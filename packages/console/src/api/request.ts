import { ConsoleError } from '../error.ts'
import { session } from '../session/session.ts'

const base = '/console/api'

/**
 * Asks the host that serves this page, as the operator who signed in: the console's one way out of the page. `path` starts
 * behind `/console/api`. Throws a {@link ConsoleError} for every answer that is no success; a refused session ends here.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  const token = session.get()?.token
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  const answer = await reach(base + path, {
    ...init,
    headers,
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
  })
  if (answer.ok) return answer
  // The session that was asked with: another one may have begun since.
  if (answer.status === 401 && token !== undefined && session.get()?.token === token) session.end()
  throw await refusalOf(answer)
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ConsoleError('console.unreachable', 0, 'ECP does not answer: see whether `ecp serve` still runs')
  }
}

/** RFC 9457. */
async function refusalOf(answer: Response): Promise<ConsoleError> {
  const fallback = `the host answered with status ${answer.status}`
  try {
    const { code, detail } = await answer.json()
    return new ConsoleError(
      typeof code === 'string' ? code : 'console.unreadable',
      answer.status,
      typeof detail === 'string' ? detail : fallback,
    )
  } catch {
    return new ConsoleError('console.unreadable', answer.status, fallback)
  }
}
