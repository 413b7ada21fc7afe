/** Scopes of several texts (RFC 6749, 3.3), each once. What is no scope, or too long to be meant, is left out. */
export function scopeUnion(...texts: readonly (string | undefined)[]): string | undefined {
  const scopes = new Set(texts.flatMap((text) => text?.split(' ') ?? []).filter(isScope))
  return scopes.size === 0 ? undefined : [...scopes].slice(0, 100).join(' ')
}

/** Whether `granted` holds every scope of `wanted`. */
export function coversScope(granted: string | undefined, wanted: string | undefined): boolean {
  const has = new Set(granted?.split(' '))
  return (scopeUnion(wanted)?.split(' ') ?? []).every((scope) => has.has(scope))
}

function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(text)
}
