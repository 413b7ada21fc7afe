/** A secret in the forms that a server or an agent would write it in. */
export function forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify({ token: secret })),
    encodeURIComponent(secret),
    new URLSearchParams({ token: secret }).toString(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.from(`user:${secret}`).toString('base64'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ]
}

/** Those of the forms that stand in a text, and of that the bare value as JSON would carry it. Should be none. */
export function leaks(text: string | Uint8Array, ...secrets: readonly string[]): string[] {
  const haystack = Buffer.from(text)
  return secrets.flatMap((secret) =>
    forms(secret)
      .flatMap((form) => [form, JSON.stringify(form).slice(1, -1)])
      .filter((form) => haystack.includes(form)),
  )
}
