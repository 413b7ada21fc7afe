import { createHash } from 'node:crypto'

/** What is kept of random values that let somebody in: with their bits a slow hash would add nothing. */
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
