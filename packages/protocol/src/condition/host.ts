/**
 * The host name of an absolute URL (WHATWG URL), in lower case, without port and without a final dot; '' when the text is
 * not such a URL, names a user or password, or holds white space, control characters or backslashes, which programs read
 * differently.
 */
export function host(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text) || /^[^/?#]*:\/*[^/?#]*@/.test(text)) return ''
  const url = URL.parse(text)
  if (url === null) return ''
  const name = url.hostname.toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}
