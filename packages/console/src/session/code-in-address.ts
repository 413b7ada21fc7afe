/**
 * The one-time code of a link (`#code=...`), taken out of the page's address and its history before anything else can see it
 * there. What is behind `#` is never sent to a server.
 */
export function takeCode(): string | undefined {
  const code = codeIn(location.hash)
  if (code !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return code
}

/** The code of a link, or of its end. */
export function codeIn(text: string): string | undefined {
  return /(?:^|#)code=([\w~.-]+)$/.exec(text.trim())?.[1]
}
