import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HostError } from '../error.ts'
import { codeOf } from '../secrets/provider.ts'

export interface PrivateText {
  readonly text: string
  /** Another one after the file was changed or replaced, see {@link stampOf}. */
  readonly stamp: string
}

/**
 * The text of a file that only its owner may read, with the stamp of exactly what was read; nothing where there is no such file.
 * Throws `host.refused` for one that cannot be read, or that others can; `holds` says in that text what is in it ("tokens").
 */
export async function readPrivate(file: string, holds: string): Promise<PrivateText | undefined> {
  try {
    await using handle = await open(file, 'r')
    const found = await handle.stat({ bigint: true })
    if (process.platform !== 'win32' && (Number(found.mode) & 0o077) !== 0) {
      throw new HostError('host.refused', `\`${file}\` holds ${holds} and is open to others; \`chmod 600 ${file}\``)
    }
    return { text: await handle.readFile('utf8'), stamp: stampOf(found) }
  } catch (cause) {
    if (cause instanceof HostError) throw cause
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new HostError('host.refused', `\`${file}\` cannot be read (${codeOf(cause)})`)
  }
}

/** Puts a text in the place of a file, for its owner alone: who reads finds the old text or the new one, never a part. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const written = `${file}.${randomUUID()}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(written, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(written, file)
  } catch (cause) {
    await rm(written, { force: true })
    throw new HostError('host.refused', `\`${file}\` cannot be written (${codeOf(cause)})`)
  }
}

/** What tells one state of a file from the next: {@link writePrivate} makes a new inode, an editor a new time of change. */
export function stampOf(found: {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}): string {
  return `${found.ino}.${found.size}.${found.mtimeNs}.${found.ctimeNs}`
}

/** What {@link stampNow} says of a file that is not there. */
export const absent = 'absent'

/**
 * The stamp of a file as it is now, for what looks at it again and again. Synchronous: that takes a few microseconds, and a turn
 * through the thread pool some tens. Never throws: a file that cannot be looked at has a stamp that no text was read with.
 */
export function stampNow(file: string): string {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false })
    return found ? stampOf(found) : absent
  } catch (cause) {
    return `unreadable: ${codeOf(cause)}`
  }
}
