import type { JsonObject } from './json.ts'

/** A tool as its server defined it when it was pinned: the parts that its digest covers, and its title. */
export interface ToolDefinition {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject
  readonly annotations?: JsonObject
}

/** A pinned tool. `observed` is set when the server now says something else than what was pinned. */
export interface PinnedTool {
  readonly definition: ToolDefinition
  /** sha-256 (hex) over the RFC 8785 JSON of description, input schema, output schema and annotations. */
  readonly digest: string
  readonly observed?: string
}

/** Every pinned tool by `server:tool`. What is not in it is unknown. */
export interface Catalogue {
  readonly tools: Readonly<Record<string, PinnedTool>>
}
