import { nestsDeeperThan } from '@ecp/host'
import { canonical } from '@ecp/protocol'
import { ApiError, type ApiErrorCode } from './api-error.ts'

/** Deeper arguments would be decided as `null`, and the asking program would still hold the ones it sent. */
const maxDepth = 100

/**
 * The body of a request as JSON. Strict, because the asking program may perform what it sent and not what was read here:
 * what a JSON parser elsewhere could read as something else than what is decided is refused. So are bytes that are no
 * UTF-8, lone surrogates, numbers beyond a double (both have no RFC 8785 form) and whole numbers that a double cannot hold
 * (RFC 7493, 2.2). `__proto__` is a key like any other. Throws `request.*`.
 */
export async function jsonBody(request: Request, wrongType: 400 | 415): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new ApiError(wrongType, 'request.media-type', 'the body is not sent as `Content-Type: application/json`')
  }
  return jsonOf(new Uint8Array(await request.arrayBuffer()))
}

/** The same for bytes that were read already. */
export function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw notJson('the body is empty')
  if (nestsDeeperThan(maxDepth, bytes)) throw invalid(`the body nests deeper than ${maxDepth}`)
  const text = decoded(bytes)
  const value = parsed(text)
  // Only a whole number of 16 digits or more can be one that a double does not hold.
  if (/\d{16}/.test(text)) refuseInexact(text)
  try {
    canonical(value)
  } catch {
    throw invalid('the body holds a number beyond the range of a double, or half of a surrogate pair')
  }
  return value
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notJson('the body is not UTF-8')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson('the body is not JSON')
  }
}

function refuseInexact(text: string): void {
  JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source ?? ''
    if (typeof value === 'number' && /^-?\d{16,}$/.test(source) && !isHeld(value, source)) {
      throw invalid(`the body holds a whole number that no double holds: \`${source.slice(0, 40)}\`; send it as text`)
    }
    return value
  })
}

/** Whether a double stands for the same whole number: as a value, or as it is written down again (RFC 8785). */
function isHeld(value: number, source: string): boolean {
  return String(value) === source || (Number.isFinite(value) && BigInt(value) === BigInt(source))
}

function invalid(message: string): ApiError {
  return new ApiError(400, 'request.invalid', message)
}

function notJson(message: string): ApiError {
  const code: ApiErrorCode = 'request.not-json'
  return new ApiError(400, code, message)
}
