import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { canonical, type JsonObject, type Lock, type LockedTool, print } from '@ecp/protocol'
import { refuseInvalid } from '../config/load-config.ts'
import { HostError } from '../error.ts'
import { codeOf } from '../secrets/provider.ts'
import { type DefinitionPart, definitionParts } from './definition.ts'
import { parsedLock, readLock } from './read-lock.ts'
import type { Survey } from './survey.ts'

/** One part of a tool as it is locked and as it is now, as text for a person; absent where it was not there. */
export interface PartDifference {
  readonly part: DefinitionPart | 'effect'
  readonly before?: string
  readonly after?: string
}

/** One tool that is not as it is locked. */
export type LockDifference =
  | { readonly kind: 'added'; readonly target: string; readonly after: LockedTool }
  | { readonly kind: 'removed'; readonly target: string; readonly before: LockedTool }
  | { readonly kind: 'changed'; readonly target: string; readonly parts: readonly PartDifference[] }

const head = `# Written by \`ecp lock\`: what these tools were when someone looked at them. A tool that is not here is unknown, and one
# whose server defines it otherwise is denied. Do not edit it: look with \`ecp lock diff\`, then run \`ecp lock\` again.
`

/** The lock as it is written: the same survey gives the same text. */
export function lockText({ lock }: Pick<Survey, 'lock'>): string {
  return `${head}${print(lock)}`
}

/**
 * Writes a survey's lock beside the config, as a whole or not at all. Throws `host.document-invalid` when it would not be
 * one that can be read again (over 1 MB, for example), or cannot be written.
 */
export async function writeLock(survey: Survey): Promise<void> {
  const text = lockText(survey)
  refuseInvalid(parsedLock(text, survey.file).diagnostics)
  const written = `${survey.file}.${randomUUID()}`
  try {
    await writeFile(written, text, { flag: 'wx' })
    await rename(written, survey.file)
  } catch (cause) {
    await rm(written, { force: true })
    throw new HostError('host.document-invalid', `lock \`${survey.file}\` cannot be written (${codeOf(cause)})`)
  }
}

/**
 * What is not as it is locked, in the order of the targets; where there is no lock, everything is added. Throws
 * `host.document-invalid` for a lock that cannot be relied on.
 */
export async function diffLock(survey: Survey): Promise<readonly LockDifference[]> {
  return differences((await readLock(survey.file)) ?? { version: '1', servers: {} }, survey.lock)
}

/** Whether the lock is there and says exactly what the servers say. Throws as {@link diffLock} does. */
export async function checkLock(survey: Survey): Promise<boolean> {
  const lock = await readLock(survey.file)
  return lock !== undefined && differences(lock, survey.lock).length === 0
}

function differences(before: Lock, after: Lock): LockDifference[] {
  const [old, now] = [targetsOf(before), targetsOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((target): LockDifference[] => {
    const [was, is] = [old.get(target), now.get(target)]
    if (!was) return is ? [{ kind: 'added', target, after: is }] : []
    if (!is) return [{ kind: 'removed', target, before: was }]
    const parts = changedParts(was, is)
    return parts.length === 0 ? [] : [{ kind: 'changed', target, parts }]
  })
}

function targetsOf({ servers }: Lock): ReadonlyMap<string, LockedTool> {
  return new Map(
    Object.entries(servers).flatMap(([server, { tools }]) =>
      Object.entries(tools).map(([name, tool]): [string, LockedTool] => [`${server}:${name}`, tool]),
    ),
  )
}

function changedParts(was: LockedTool, is: LockedTool): PartDifference[] {
  const parts: readonly (readonly [PartDifference['part'], string | undefined, string | undefined])[] = [
    ['effect', `${was.effect} (${was.why})`, `${is.effect} (${is.why})`],
    ...definitionParts.map((part) => [part, shown(was.definition[part]), shown(is.definition[part])] as const),
  ]
  return parts.flatMap(([part, before, after]) =>
    before === after
      ? []
      : [{ part, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }],
  )
}

function shown(part: string | JsonObject | undefined): string | undefined {
  if (part === undefined || typeof part === 'string') return part
  return JSON.stringify(JSON.parse(canonical(part)), null, 2)
}
