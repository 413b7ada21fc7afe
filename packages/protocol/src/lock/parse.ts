import type { z } from 'zod'
import type { Fault } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { type Kind, type Parsed, parse } from '../document/parse.ts'
import { type Lock, lock, lockVersions } from './lock.ts'

/**
 * Reads a lock. `digestOf` computes the digest of a definition's covered parts: a tool whose digest says something else was
 * edited by hand, or damaged. `file` is what places name. Every fault at once; never throws.
 */
export function parseLock(
  text: string,
  file: string,
  digestOf: (definition: Lock['servers'][string]['tools'][string]['definition']) => string,
): Parsed<Lock> {
  const kind: Kind<Lock> = {
    schema: lock as unknown as z.ZodType<Lock>, // reason: what zod calls unknown came from YAML, so it is JSON
    check: (document) => checkDigests(document, digestOf),
    explain: () => undefined,
    standIns: { version: lockVersions[0] },
  }
  return parse(kind, text, file)
}

function checkDigests({ value }: Document<Lock>, digestOf: Parameters<typeof parseLock>[2]): Fault[] {
  return Object.entries(value.servers ?? {}).flatMap(([server, locked]) =>
    Object.entries(locked.tools ?? {}).flatMap(([name, tool]): Fault[] => {
      if (!tool?.definition || typeof tool.digest !== 'string' || fits(tool, digestOf)) return []
      const message = `the digest of \`${server}:${name}\` does not fit its definition: one of them was edited`
      return [{ code: 'wrong-value', path: ['servers', server, 'tools', name, 'digest'], message }]
    }),
  )
}

function fits(tool: Lock['servers'][string]['tools'][string], digestOf: Parameters<typeof parseLock>[2]): boolean {
  try {
    return digestOf(tool.definition) === tool.digest
  } catch {
    return false
  }
}
