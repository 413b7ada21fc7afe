import type { HostLayer, Policy } from '@ecp/policy'
import { compile, load, reachableServers, toolEffect } from '@ecp/policy'
import {
  type Context,
  canonical,
  type Document,
  type JsonObject,
  type Lock,
  type LockedTool,
  parseContext,
} from '@ecp/protocol'
import type { ConfigOptions } from '../config/config-file.ts'
import { loadConfig, refuseInvalid } from '../config/load-config.ts'
import { lockFile, refuseUntrusted } from '../config/trust.ts'
import { refuseUnsupported } from '../config/unsupported.ts'
import { wiredServer } from '../config/wired.ts'
import { HostError } from '../error.ts'
import { learnTokens } from '../oauth/wired-authorization.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { openSecrets } from '../secrets/secrets.ts'
import { wiredServers } from '../servers/all-wired.ts'
import { openServers } from '../servers/open-servers.ts'
import type { Servers } from '../servers/servers.ts'
import type { ServerLogEntry } from '../servers/stdio-server.ts'
import { observation } from './observed.ts'

export interface SurveyOptions extends ConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
  random(): number
  onWarning?(message: string): void
  onLog?(entry: ServerLogEntry): void
}

/** What the allowed servers of one config layer say today. */
export interface Survey {
  /** Where the layer's lock stands, or would: beside its config. */
  readonly file: string
  /** The lock that would be written. */
  readonly lock: Lock
  /** Tools that cannot be locked, so that they stay unknown. */
  readonly refused: readonly { readonly target: string; readonly why: string }[]
}

/**
 * Connects to every server that the host's config wires and allows, whatever Contexts there are, and asks for its tools.
 * Ends the servers again. One survey for each layer that wires any of them. Throws `HostError` when one does not answer:
 * half a lock would make the other tools unknown.
 */
export async function surveyTools(options: SurveyOptions): Promise<readonly Survey[]> {
  const loaded = await loadConfig(options)
  refuseInvalid(loaded.diagnostics)
  await refuseUntrusted(loaded, options.env)
  const { layers } = loaded
  const policy = hostPolicy(layers)
  const allowed = reachableServers(policy, asker)
  refuseUnsupported(layers, { servers: allowed })
  const secrets = openSecrets({ ...options, layers, onWarning: (message) => options.onWarning?.(message) })
  await secrets.check(allowed)
  await secrets.learnAll(allowed)
  await learnTokens({ home: options.home, secrets })
  const wired = wiredServers(layers, allowed, {
    ...options,
    platform: process.platform,
    bindingsFor: secrets.bindingsFor,
    secrets,
    now: () => options.now(),
  })
  const servers = openServers({
    ...wired,
    redactor: secrets.redactor,
    log: (entry) => options.onLog?.(entry),
    now: () => options.now(),
    random: () => options.random(),
  })
  try {
    return await survey({ layers, names: [...wired.servers.keys()], policy, servers, redactor: secrets.redactor })
  } finally {
    await servers.close()
  }
}

async function survey(options: {
  readonly layers: readonly HostLayer[]
  readonly names: readonly string[]
  readonly policy: Policy
  readonly servers: Servers
  readonly redactor: Pick<Redactor, 'json'>
}): Promise<readonly Survey[]> {
  const { layers, names, policy, servers, redactor } = options
  const files = new Map<
    string,
    { servers: Record<string, Lock['servers'][string]>; refused: Survey['refused'][number][] }
  >()
  const answers = await Promise.all(
    names.toSorted().map(async (name) => ({ name, now: observation(redactor.json(await servers.tools(name))) })),
  )
  for (const { name, now } of answers) {
    const layer = wiredServer(layers, name)?.layer
    if (!layer) continue
    const file = lockFile(layer.document.file)
    const found = files.get(file) ?? { servers: {}, refused: [] }
    files.set(file, found)
    const tools: Record<string, LockedTool> = {}
    for (const [tool, { definition, digest }] of [...now.tools].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { acts, why } = toolEffect(policy, undefined, `${name}:${tool}`, { definition, digest })
      const { name: _, ...parts } = definition
      tools[tool] = { effect: acts === 'read' ? 'read' : 'write', why, digest, definition: inOrder(parts) }
    }
    found.servers[name] = { tools }
    found.refused.push(...[...now.faults].map(([tool, why]) => ({ target: `${name}:${tool}`, why })))
  }
  return [...files].map(([file, { servers: locked, refused }]) => ({
    file,
    lock: { version: '1', servers: locked },
    refused,
  }))
}

/** The same in an order that does not depend on the server's: a lock is compared and reviewed as text. */
function inOrder({ title, description, annotations, inputSchema, outputSchema }: LockedTool['definition']) {
  const sorted = (value: JsonObject): JsonObject => JSON.parse(canonical(value))
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(annotations ? { annotations: sorted(annotations) } : {}),
    inputSchema: sorted(inputSchema),
    ...(outputSchema ? { outputSchema: sorted(outputSchema) } : {}),
  }
}

const asker = 'lock'
/** It may ask for every tool: what is left then is what the host itself allows. */
const everything = `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: lock, version: 1.0.0 }
orchestration: { entrypoint: ${asker}, strategy: single }
executors:
  - name: ${asker}
    type: agent
    policies: { toolAccess: { default: deny, allow: ["*:*"] } }
`

function hostPolicy(layers: readonly HostLayer[]): Policy {
  return load(compile({ context: everyTool(), host: layers, inputs: {} }), '')
}

function everyTool(): Document<Context> {
  const { document, diagnostics } = parseContext(everything, 'lock')
  if (document) return document
  throw new HostError('host.document-invalid', diagnostics.map(({ message }) => message).join('; '))
}
