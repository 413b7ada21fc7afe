import type { Executor, HostConfig, JsonObject, PluginEntry, PluginSecurity, Policies, Security } from '@ecp/protocol'

export type HostLayerName = 'machine' | 'user' | 'project'

/** Line, column, end line, end column in the section's file (see `SourceRange`). */
export type Span = readonly [number, number, number, number]

/** A part of a document, with the place of each value in it by its JSON pointer (RFC 6901); '' is the part itself. */
export interface Section<T> {
  readonly file: string
  readonly value: T
  readonly places: Readonly<Record<string, Span>>
}

export interface ExecutorData {
  readonly name: string
  readonly type: 'agent' | 'tool' | 'human'
  /** The executor that runs it; `null` for the entry point. */
  readonly parent: string | null
  /** Whether it runs at an endpoint of its name when the host has one (`agentOrchestration: a2a`). */
  readonly remote: boolean
  /** The executor plugin of its name does its work: a `tool` executor that names no tool. */
  readonly plugin: boolean
  /** Of one that asks a person, or whose agent elsewhere may: whom, and how long it waits. */
  readonly ask?: Pick<NonNullable<Executor['ask']>, 'assignee' | 'expiresAfter'>
  readonly policies: Section<Policies | null>
}

type Wiring = Pick<HostConfig, 'models' | 'tools' | 'agents' | 'executors' | 'memory' | 'loggers' | 'plugins'>

export interface HostData {
  readonly layer: HostLayerName
  readonly security: Section<Security | null>
  readonly wiring: Section<Wiring>
}

/**
 * Everything that decisions come from, apart from the catalogue, as plain JSON: the rules with their places, and the
 * wiring. Secrets stand in it as references only. The ledger keeps it, so that a decision can be made again.
 */
export interface PolicyData {
  readonly format: 1
  readonly context: { readonly name: string; readonly version: string }
  readonly inputs: JsonObject
  readonly executors: readonly ExecutorData[]
  /** What the Context expects the host to have, and how it narrows what may load. */
  readonly plugins: { readonly entries: readonly PluginEntry[]; readonly security: Section<PluginSecurity | null> }
  /** From the outermost layer inwards. */
  readonly host: readonly HostData[]
}
