import {
  type Context,
  type Document,
  type Executor,
  executorsOf,
  type HostConfig,
  type JsonObject,
  type Path,
  type SourceRange,
} from '@ecp/protocol'
import type { ExecutorData, HostData, HostLayerName, PolicyData, Section, Span } from './data.ts'

export interface HostLayer {
  readonly layer: HostLayerName
  readonly document: Document<HostConfig>
}

const order: readonly HostLayerName[] = ['machine', 'user', 'project']

/**
 * Brings checked documents and the run's inputs into the form that is decided from and recorded. Pure: equal documents give
 * equal data. What no decision and no digest needs (mounts, schemas, instructions, notes) is left out.
 */
export function compile(input: {
  readonly context: Document<Context>
  readonly host: readonly HostLayer[]
  readonly inputs: JsonObject
}): PolicyData {
  const { context } = input
  const plugins = context.value.plugins
  const entries = [...(plugins?.providers ?? []), ...(plugins?.executors ?? []), ...(plugins?.entries ?? [])]
  return {
    format: 1,
    context: { name: context.value.metadata.name, version: context.value.metadata.version },
    inputs: input.inputs,
    executors: executorsOf(context.value).map((node) => ({
      name: node.name,
      type: node.type,
      parent: node.parent ?? null,
      remote: node.executor.protocols?.agentOrchestration !== undefined,
      plugin: node.type === 'tool' && node.executor.tool === undefined,
      ...(node.executor.ask ? { ask: asked(node.executor.ask) } : {}),
      policies: section(context, [...node.path, 'policies'], node.executor.policies ?? null),
    })),
    plugins: {
      entries: plain(entries),
      security: section(context, ['plugins', 'security'], plugins?.security ?? null),
    },
    host: [...input.host].sort((a, b) => order.indexOf(a.layer) - order.indexOf(b.layer)).map(hostData),
  }
}

/** Of a question what decides about it: not what it says. */
function asked({ assignee, expiresAfter }: NonNullable<Executor['ask']>): NonNullable<ExecutorData['ask']> {
  return {
    ...(assignee === undefined ? {} : { assignee }),
    ...(expiresAfter === undefined ? {} : { expiresAfter }),
  }
}

function hostData({ layer, document }: HostLayer): HostData {
  const { models, tools, agents, executors, memory, loggers, plugins, security } = document.value
  const wiring = { models, tools, agents, executors, memory, loggers, plugins }
  return {
    layer,
    security: section(document, ['security'], security ?? null),
    // The places of names are enough: no rule stands deeper in the wiring.
    wiring: section<HostData['wiring']['value']>(document, [], plain(wiring), 3),
  }
}

function section<T>(document: Document<unknown>, path: Path, value: T, depth = Number.POSITIVE_INFINITY): Section<T> {
  const json = plain(value)
  const places: Record<string, Span> = {}
  const note = (at: Path, pointer: string, part: unknown, left: number) => {
    places[pointer] = span(at.length > 0 && typeof at.at(-1) === 'string' ? document.keyAt(at) : document.at(at))
    if (left === 0 || typeof part !== 'object' || part === null) return
    for (const [key, item] of Object.entries(part))
      note([...at, Array.isArray(part) ? Number(key) : key], `${pointer}/${escapePointer(key)}`, item, left - 1)
  }
  note(path, '', json, depth)
  return { file: document.file, value: json, places }
}

const span = (range: SourceRange): Span => [range.line, range.column, range.endLine, range.endColumn]

/** RFC 6901, section 3. */
export const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** The value as JSON would carry it: no `undefined`, no `_meta`, nothing shared. */
function plain<T>(value: T): T {
  // reason: JSON.parse gives unknown shapes; this one is what went in, without what JSON cannot hold
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === '_meta' ? undefined : item))) as T
}
