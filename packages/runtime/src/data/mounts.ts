import { isJsonObject, type Json, type JsonObject, type Mount } from '@ecp/protocol'
import { allOf } from '../all-of.ts'
import { RuntimeError } from '../error.ts'
import { failureOf, perform } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'
import { at, resolved, type Values } from './expressions.ts'
import { resultText } from './shown.ts'

/** Data that an executor is given before it runs. */
export interface Mounted {
  readonly name: string
  /** `server:tool` */
  readonly source: string
  readonly title?: string
  readonly items: readonly string[]
}

/** Most calls of one mount where its `when` does not say. */
const defaultMaxSelected = 20
/** Most data (bytes, UTF-8) of one mount where its limits do not say. */
const defaultMaxBytes = 200_000

/** Hydrates an executor's mounts in the order written. Throws `RuntimeError` for one that fails, unless it is optional. */
export async function hydrated(running: Running, assignment: Assignment, values: Values): Promise<readonly Mounted[]> {
  const found: Mounted[] = []
  for (const mount of assignment.node.executor.mounts ?? []) {
    try {
      found.push(await hydratedOne(running, assignment, mount, values))
    } catch (cause) {
      if (!(mount.optional && cause instanceof RuntimeError && isOwnFailure(cause))) throw cause
    }
  }
  return found
}

/** What ends the run as a whole no mount can be spared. */
function isOwnFailure({ code }: RuntimeError): boolean {
  return code === 'run.mount-failed' || code === 'run.denied'
}

async function hydratedOne(running: Running, assignment: Assignment, mount: Mount, values: Values): Promise<Mounted> {
  const { name, title, from, limits = {} } = mount
  const { node, path } = assignment
  const target = `${from.server}:${from.tool}`
  const selected = itemsOf(mount, assignment)
  const results = await allOf(
    selected.map(async (item, index) => {
      const args = resolved((from.args ?? {}) as JsonObject, { ...values, ...(item === undefined ? {} : { item }) }) // reason: it was read as JSON
      const answer = await perform(running, {
        step: 'mount',
        request: {
          kind: 'tool.call',
          target,
          arguments: args,
          executor: node.name,
          origin: 'mount',
          key: `${path}/mount:${name}/${index}`,
        },
      })
      if (!answer.result) throw failureOf(answer, node.name, 'run.mount-failed')
      const text = resultText(answer.result)
      if (answer.outcome.status === 'completed') return text
      throw new RuntimeError(
        'run.mount-failed',
        `executor \`${node.name}\`: mount \`${name}\`: \`${target}\` failed: ${text.slice(0, 500)}`,
      )
    }),
  )
  const items = limited(results, limits.maxItems ?? results.length, limits.maxBytes ?? defaultMaxBytes)
  const { host, now } = running
  const bytes = items.reduce((sum, item) => sum + Buffer.byteLength(item), 0)
  await host.note(now(), 'mount.hydrated', {
    executor: node.name,
    path,
    mount: name,
    target,
    calls: selected.length,
    items: items.length,
    bytes,
  })
  return { name, source: target, items, ...(title === undefined ? {} : { title }) }
}

/** One call without an item, or one for each item that the selector finds in the plan. */
function itemsOf({ name, when }: Mount, { node, plan }: Assignment): readonly (Json | undefined)[] {
  if (!when) return [undefined]
  if (!plan) return []
  const found = at(plan, when.selectorFrom.replace(/^plan\./, ''))
  if (found === undefined) return []
  if (!Array.isArray(found)) {
    throw new RuntimeError(
      'run.mount-failed',
      `executor \`${node.name}\`: mount \`${name}\`: \`${when.selectorFrom}\` is no list in the plan`,
    )
  }
  return found.slice(0, when.maxSelected ?? defaultMaxSelected)
}

/** What of the items a model gets, with a word about the rest. */
function limited(items: readonly string[], maxItems: number, maxBytes: number): readonly string[] {
  const taken: string[] = []
  let left = maxBytes
  for (const item of items.flatMap(listed).slice(0, maxItems)) {
    const bytes = Buffer.from(item)
    if (bytes.length > left) {
      const part = bytes
        .subarray(0, left)
        .toString('utf8')
        .replace(/\ufffd+$/u, '')
      return [...taken, `${part}\n[cut here: the limit of this mount is ${maxBytes} bytes]`]
    }
    taken.push(item)
    left -= bytes.length
  }
  return taken
}

/** A result that is one JSON list has items of its own. */
function listed(text: string): readonly string[] {
  if (!text.trimStart().startsWith('[')) return [text]
  try {
    const value = JSON.parse(text) as Json // reason: what JSON.parse returns
    return Array.isArray(value)
      ? value.map((item) => (isJsonObject(item) ? JSON.stringify(item, null, 2) : String(item)))
      : [text]
  } catch {
    return [text]
  }
}
