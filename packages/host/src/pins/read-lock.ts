import { readFile } from 'node:fs/promises'
import { type Lock, type LockedTool, type Parsed, type PinnedTool, parseLock } from '@ecp/protocol'
import { refuseInvalid } from '../config/load-config.ts'
import { HostError } from '../error.ts'
import { codeOf } from '../secrets/provider.ts'
import { definitionDigest } from './definition.ts'

/** Reads a lock's text. Every fault at once, with its place; never throws. */
export function parsedLock(text: string, file: string): Parsed<Lock> {
  return parseLock(text, file, (definition) => definitionDigest({ name: '', ...definition }))
}

/**
 * The lock at this path, or nothing where there is none. Throws `host.document-invalid` for one that cannot be read, is no
 * lock, or was edited: a lock that cannot be relied on pins nothing.
 */
export async function readLock(file: string): Promise<Lock | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new HostError('host.document-invalid', `lock \`${file}\` cannot be read (${codeOf(cause)})`)
  }
  const { document, diagnostics } = parsedLock(text, file)
  refuseInvalid(diagnostics)
  if (document) return document.value
  throw new HostError('host.document-invalid', `lock \`${file}\` holds no document`)
}

/** A locked tool as a pin. */
export function lockedPin(name: string, { digest, definition }: LockedTool): PinnedTool {
  return { definition: { name, ...definition }, digest }
}
