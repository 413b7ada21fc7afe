/**
 * How long (ms) an answer asks to be left alone (`Retry-After`, RFC 9110, 10.2.3: seconds, or a date). Fractions of seconds, which some
 * providers send, are taken, too. `at`: now, in milliseconds since the epoch. Undefined where it says nothing that can be read, or names
 * a time that is over.
 */
export function retryAfterMs(value: string | null | undefined, at: number): number | undefined {
  if (value === null || value === undefined) return undefined
  const ms = /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - at
  return ms >= 0 ? ms : undefined
}
