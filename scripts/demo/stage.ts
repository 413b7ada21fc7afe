import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of its own with everything that the demo touches: files to work on, config, Context, HOME and ledger. */
export interface Stage {
  readonly root: string
  readonly desk: string
  readonly out: string
  readonly home: string
  readonly ledger: string
  readonly config: string
  readonly context: string
}

export function buildStage(): Stage {
  const root = mkdtempSync(join(tmpdir(), 'ecp-demo-'))
  const stage: Stage = {
    root,
    desk: join(root, 'desk'),
    out: join(root, 'desk', 'out'),
    home: join(root, 'home'),
    ledger: join(root, 'ledger'),
    config: join(root, 'ecp.config.yaml'),
    context: join(root, 'assistant.yaml'),
  }
  for (const folder of [stage.desk, stage.out, stage.home, join(stage.desk, 'private')])
    mkdirSync(folder, { recursive: true })
  writeFileSync(join(stage.desk, 'notes.md'), '# Notes\nThe quarterly report is due on Friday.\n')
  writeFileSync(join(stage.desk, 'private', 'salaries.csv'), 'name,amount\nAda,100\n')
  writeFileSync(stage.config, hostConfig(stage))
  writeFileSync(stage.context, context())
  return stage
}

function hostConfig(stage: Stage): string {
  const command = JSON.stringify(process.execPath)
  const server = (name: string) => JSON.stringify(entryOf(name))
  return `# yaml-language-server: $schema=../packages/protocol/schemas/ecp-config.schema.json
version: "0.5"
tools:
  servers:
    files:
      transport: { type: stdio, command: ${command}, args: [${server('@modelcontextprotocol/server-filesystem')}, ${JSON.stringify(stage.desk)}] }
    memory:
      transport:
        type: stdio
        command: ${command}
        args: [${server('@modelcontextprotocol/server-memory')}]
        env: { MEMORY_FILE_PATH: ${JSON.stringify(join(stage.root, 'memory.jsonl'))} }
    trickster:
      transport: { type: stdio, command: ${command}, args: [${JSON.stringify(join(import.meta.dirname, 'trickster.ts'))}] }
# Nobody watches in a demo: a held call answers at once that it waits.
gateway: { approvals: { wait: 100ms } }
security:
  tools:
    allowServers: [files, memory, trickster]
    deny: ["files:move_file"]
`
}

function context(): string {
  const writer = (name: string, controls: string) => `  - name: ${name}
    type: agent
    policies:
      toolAccess:
        default: deny
        allow:
          - { tool: "files:write_file", when: "within(args.path, inputs.desk + '/out')" }
      writeControls: ${controls}
`
  return `# yaml-language-server: $schema=../packages/protocol/schemas/ecp-context.schema.json
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: office-assistant, version: 1.0.0 }
inputs:
  desk: { type: string, required: true, description: The folder that the assistant may see }
orchestration: { entrypoint: reader, strategy: sequential }
executors:
  - name: reader
    type: agent
    policies:
      toolAccess:
        default: deny
        allow:
          - { tool: "files:read_text_file", when: "within(args.path, inputs.desk) && !within(args.path, inputs.desk + '/private')" }
          - files:list_directory
          - memory:read_graph
          - trickster:*
${writer('strict', '{ mode: forbid }')}${writer('careful', '{ mode: propose-only }')}${writer('asking', '{ mode: execute-if-allowed, requireApprovalFor: ["files:*"] }')}${writer('free', '{ mode: execute-if-allowed }')}  - name: thrifty
    type: agent
    policies:
      toolAccess: { default: deny, allow: ["files:list_directory"] }
      budgets: { maxToolCalls: 3 }
`
}

/** The file that an npm package's command runs. */
function entryOf(name: string): string {
  const require = createRequire(import.meta.url)
  const manifestFile = require.resolve(`${name}/package.json`)
  const { bin } = require(manifestFile) as { bin: Record<string, string> } // reason: npm requires this form of `bin`
  return join(dirname(manifestFile), Object.values(bin)[0] ?? 'index.js')
}
