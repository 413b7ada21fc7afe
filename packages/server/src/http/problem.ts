/** An error of the HTTP API as `application/problem+json` (RFC 9457), with a stable code for programs. */
export interface Problem {
  readonly status: number
  readonly code: string
  /** What happened, and what to do. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** {@link Problem} as a response. */
export function problem({ status, code, message, headers }: Problem): Response {
  const body = { type: 'about:blank', title: titles[status] ?? 'Error', status, detail: message, code }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}

/** As RFC 9110 names them. */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
