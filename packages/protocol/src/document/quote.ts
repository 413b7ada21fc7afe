const maxShown = 60

/** A value as it is named in a message: in backticks, on one line, shortened. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value)
  const short = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
  return `\`${visible(short).replaceAll('`', "'")}\``
}

/** The name of a value's type, as people say it. */
export function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'a mapping'
  }
}

/** Text with everything replaced that moves a terminal's cursor, colours it or turns its writing direction. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, '·')
}
