/** An HTTP answer that is a JSON-RPC error, as MCP's transports have it. */
export function refused(
  status: number,
  code: number,
  message: string,
  more: { readonly id?: string | number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const body = { jsonrpc: '2.0', error: { code, message }, id: more.id ?? null }
  return Response.json(body, { status, ...(more.headers ? { headers: more.headers } : {}) })
}

/** For a client that has as much open as it may. */
export function tooMuch(message: string, id?: string | number): Response {
  return refused(429, -32_000, message, { headers: { 'retry-after': '1' }, ...(id === undefined ? {} : { id }) })
}

/** The same for a session of somebody else, one that is over, and one that never was. */
export function noSession(): Response {
  return refused(404, -32_001, 'Session not found')
}
