import { schemaLine } from '../starter-config.ts'
import type { InitAnswers, OfficialTool } from './answers.ts'

const allowed: Readonly<
  Record<OfficialTool, { readonly reads: readonly string[]; readonly writes: readonly string[] }>
> = {
  files: {
    reads: ['files:read_*', 'files:list_*', 'files:directory_tree', 'files:search_files', 'files:get_file_info'],
    writes: ['files:write_file', 'files:edit_file', 'files:create_directory'],
  },
  memory: {
    reads: ['memory:read_graph', 'memory:search_nodes', 'memory:open_nodes'],
    writes: ['memory:create_entities', 'memory:create_relations', 'memory:add_observations'],
  },
}

/** The Context for these answers: one executor. */
export function contextText({ agent, provider, tools, writes }: InitAnswers): string {
  const lists = tools.map((tool) => allowed[tool])
  const rules = [
    ...lists.flatMap(({ reads }) => reads),
    ...(writes === 'forbid' ? [] : lists.flatMap((list) => list.writes)),
  ]
  const allow = rules.length === 0 ? ' []' : rules.map((rule) => `\n          - ${JSON.stringify(rule)}`).join('')
  const runs = provider !== 'none'
  return `${schemaLine('ecp-context')}
specVersion: ecp/v0.5-draft
kind: Context
metadata:
  name: ${agent}
  version: 0.1.0
${runs ? taskInput(tools) : ''}
orchestration: { entrypoint: ${agent}, strategy: single }

executors:
  - name: ${agent}
    type: agent
${runs ? instructions(tools) : ''}    policies:
      toolAccess:
        default: deny
        allow:${allow}
      budgets: { maxToolCalls: 50, maxRuntimeSeconds: 600${runs ? ', maxModelTokens: 200000' : ''} }
`
}

const taskInput = (tools: readonly OfficialTool[]) => `
inputs:
  task:
    type: string
    default: ${JSON.stringify(tools.includes('files') ? 'List the files, and say in two sentences what they are about.' : 'Say what you can do.')}
    description: What the agent is to do
`

function instructions(tools: readonly OfficialTool[]): string {
  const means = {
    files: 'Use the files tools for the files of the folder.',
    memory: 'Keep what will matter another time in the memory.',
  }
  return `    instructions: |
      Do the task of the inputs with the tools that you have, and answer in plain text.
${tools.map((tool) => `      ${means[tool]}\n`).join('')}`
}
