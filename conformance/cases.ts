import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Case, caseFile, type Face, stepKinds } from './case.ts'

const folder = join(import.meta.dirname, 'cases')

/** The files of cases, by name. */
export function caseFiles(): readonly { readonly file: string; readonly content: unknown }[] {
  return globSync('*.yaml', { cwd: folder })
    .sort()
    .map((file) => ({ file, content: parse(readFileSync(join(folder, file), 'utf8')) as unknown })) // reason: checked below
}

/** Every case, with what its file says for all. Throws for a file that does not fit the schema, naming it. */
export function allCases(): readonly Case[] {
  return caseFiles().flatMap(({ file, content }) => {
    const parsed = caseFile.safeParse(content)
    if (!parsed.success) throw new TypeError(`${file}: ${parsed.error.message}`)
    const { cases, area, faces = ['decide'], policies, context, inputs, host, notRun } = parsed.data
    return cases.map((one) => ({
      ...(inputs && { inputs }),
      ...(host && { host }),
      ...(notRun && { notRun }),
      ...(one.policies || one.context ? {} : { ...(policies && { policies }), ...(context && { context }) }),
      ...one,
      faces: [...(one.faces ?? faces), ...(runs(one.action, one.notRun ?? notRun) ? (['run'] as const) : [])],
      area,
    }))
  })
}

const runs = ({ kind = 'tool.call' }: Case['action'], notRun: Case['notRun']): boolean =>
  notRun === undefined && stepKinds.includes(kind)

/** The cases that can run on a face, by area. */
export function casesOn(face: Face): ReadonlyMap<string, readonly Case[]> {
  return Map.groupBy(
    allCases().filter((one) => one.faces.includes(face)),
    (one) => one.area,
  )
}
