import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { writePrivate } from '../files/private-file.ts'
import { codeOf } from '../secrets/provider.ts'
import type { CoveredFile } from './covered.ts'

/** What was trusted, by the real path of the project's config. */
export type TrustRecords = ReadonlyMap<string, readonly CoveredFile[]>

export const trustFile = (home: string): string => join(home, '.ecp', 'trust.json')

/** Reads the trust records. Throws `host.not-trusted` for a file that cannot be read or that others could have written. */
export async function readTrust(home: string): Promise<TrustRecords> {
  const path = trustFile(home)
  let text: string
  try {
    const found = await stat(path)
    if (process.platform !== 'win32' && (found.mode & 0o022) !== 0) {
      throw new HostError(
        'host.not-trusted',
        `\`${path}\` can be written by others; make it yours alone: \`chmod 600 ${path}\``,
      )
    }
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof HostError) throw error
    if (codeOf(error) === 'ENOENT') return new Map()
    throw new HostError('host.not-trusted', `\`${path}\` cannot be read (${codeOf(error)})`)
  }
  const records = parseRecords(text)
  if (!records)
    throw new HostError('host.not-trusted', `\`${path}\` is damaged; delete it and trust your projects again`)
  return records
}

/** Replaces the trust records as a whole: a reader finds the old ones or the new ones, never a part. */
export async function writeTrust(home: string, records: TrustRecords): Promise<void> {
  const projects = Object.fromEntries([...records].map(([project, covers]) => [project, { covers }]))
  await writePrivate(trustFile(home), `${JSON.stringify({ format: 1, projects }, null, 2)}\n`)
}

function parseRecords(text: string): TrustRecords | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value) || value.format !== 1 || !isJsonObject(value.projects)) return undefined
    const records = new Map<string, CoveredFile[]>()
    for (const [project, record] of Object.entries(value.projects)) {
      if (!isJsonObject(record) || !Array.isArray(record.covers)) return undefined
      const covers: CoveredFile[] = []
      for (const entry of record.covers) {
        if (!isJsonObject(entry) || typeof entry.path !== 'string' || typeof entry.digest !== 'string') return undefined
        covers.push({ path: entry.path, digest: entry.digest })
      }
      records.set(project, covers)
    }
    return records
  } catch {
    return undefined
  }
}
