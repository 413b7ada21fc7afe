import type { Path } from './document.ts'

const whole = new Set(['key', 'secret', 'token', 'password', 'passphrase', 'authorization', 'headers', 'apikey', 'env'])
const ending = /(?:api[-_]?key|[-_](?:key|token|secret|password)|(?<=[a-z])(?:Token|Secret|Password|Passphrase))$/i

/** Whether what stands at a path may be a secret that someone wrote into a file by mistake, so that it is not repeated. */
export function holdsSecret(path: Path): boolean {
  return path.some((part) => typeof part === 'string' && (whole.has(part.toLowerCase()) || ending.test(part)))
}
