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

/** The same for a session of somebody else, one that is over, and one that never was. */
export function noSession(): Response {
  return refused(404, -32_001, 'Session not found')
}
