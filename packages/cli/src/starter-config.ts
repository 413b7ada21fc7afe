import { fileURLToPath } from 'node:url'

/** The first line of a document: where an editor finds its schema. */
export function schemaLine(schema: 'ecp-config' | 'ecp-context'): string {
  const file = fileURLToPath(import.meta.resolve(`@ecp/protocol/schemas/${schema}.schema.json`))
  return `# yaml-language-server: $schema=${file}`
}

/** A host configuration that wires nothing, allows nothing, and shows how to begin. */
export function starterConfig(): string {
  return `${schemaLine('ecp-config')}
#
# What ECP may do on this machine. A thing can be used when it is wired here, allowed under \`security\`, asked for by the
# Context, and permitted by the executor's policy. An allow-list that is missing or empty allows nothing.
version: "0.5"

# Wiring: what exists and how to reach it. It grants nothing by itself.
tools:
  servers: {}
  #  files:
  #    transport:
  #      type: stdio
  #      command: npx
  #      args: ["-y", "@modelcontextprotocol/server-filesystem", /path/to/folder]
  #    credentials:
  #      bindings:
  #        - name: API_TOKEN
  #          source: { provider: process.env, key: API_TOKEN }

# Policy: what of it may be used, by any Context.
security:
  tools:
    allowServers: [] # [files]
    # allow: ["files:*"] # the ceiling; without it all tools of the allowed servers
    # deny: ["files:delete_*"] # always wins
  models:
    allowProviders: []
    allowedModels: {}
  agents:
    allowEndpoints: []
  executors:
    allowExecutors: []
  memory:
    allowStores: []
  loggers:
    allowEnable: []
  secrets:
    allowProviders: [] # [process.env, dot.env]
  # plugins: # without this, what ships with ecp may load as the lists above say, and nothing else
  #   allowKinds: [tool]
  #   denyIds: []
  # A floor for writes, whatever a Context says: forbid, propose-only or execute-if-allowed.
  writes:
    mode: propose-only
    requireApprovalFor: []
  # budgets:
  #   perRun: { maxToolCalls: 200, maxRuntimeSeconds: 3600 }
`
}
