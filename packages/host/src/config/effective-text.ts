import { isAbsolute, join, relative } from 'node:path'
import { type Json, place, print } from '@ecp/protocol'
import type { EffectiveLine } from './effective-line.ts'

/** How files are named: `~/` for what is in the home folder, relative for what is in the working folder. */
interface Places {
  readonly cwd: string
  readonly home: string
}

interface Node {
  line?: EffectiveLine
  readonly children: Map<string | number, Node>
}

/** The effective config as YAML, with a comment on each line that says which layer's which line made it so. */
export function effectiveText(lines: readonly EffectiveLine[], places: Places): string {
  const root: Node = { children: new Map() }
  for (const line of lines) {
    let node = root
    for (const key of line.path) {
      const child: Node = node.children.get(key) ?? { children: new Map() }
      node.children.set(key, child)
      node = child
    }
    node.line = line
  }
  return `${rendered(root, places).join('\n')}\n`
}

/** The effective config as data: the same lines. */
export function effectiveJson(lines: readonly EffectiveLine[]): Json {
  return lines.map(({ path, value, sources, note }) => ({
    path: [...path],
    ...(value === undefined ? {} : { value }),
    builtIn: sources.length === 0,
    sources: sources.map(({ layer, range: { file, line, column } }) => ({ layer, file, line, column })),
    ...(note === undefined ? {} : { note }),
  }))
}

function rendered(node: Node, places: Places): string[] {
  return [...node.children].flatMap(([key, child]) => {
    const comment = child.line ? commentOf(child.line, places) : ''
    const value = child.line?.value
    const below = rendered(child, places)
    if (typeof key === 'number') {
      if (value !== undefined) return [`- ${scalar(value)}${comment}`]
      const [first = '', ...rest] = below
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
    }
    if (value !== undefined) return [`${scalar(key)}: ${scalar(value)}${comment}`]
    return [`${scalar(key)}:${comment}`, ...below.map((line) => `  ${line}`)]
  })
}

function scalar(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const text = print(value).trimEnd()
  return text.includes('\n') ? JSON.stringify(value) : text
}

function commentOf({ value, sources, note }: EffectiveLine, places: Places): string {
  const builtIn = value !== undefined && note === undefined ? ['built-in'] : []
  const from =
    sources.length > 0 ? sources.map(({ layer, range }) => `${layer} ${shortPlace(place(range), places)}`) : builtIn
  const said = note === undefined ? from : [...from, sources.length > 0 ? note : `built-in: ${note}`]
  return said.length === 0 ? '' : `  # ${said.join(', ')}`
}

function shortPlace(text: string, { cwd, home }: Places): string {
  for (const [folder, short] of [
    [cwd, '.'],
    [home, '~'],
  ] as const) {
    const way = relative(folder, text)
    if (way !== '' && !way.startsWith('..') && !isAbsolute(way)) return join(short, way).replace(/^(?![~.])/, './')
  }
  return text
}
