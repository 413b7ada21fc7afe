import {
  type CallToolResult,
  fromJsonSchema,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { askingTools } from './asking-tools.ts'
import { contentTools } from './content-tools.ts'
import { type Additions, type Announcements, diagnosticTools } from './diagnostic-tools.ts'
import { inputRequiredTools, states } from './input-required-tools.ts'
import { offerPrompts } from './prompts.ts'
import { offerResources } from './resources.ts'
import { schemaTools } from './schema-tools.ts'
import { taskTools } from './task-tools.ts'
import type { Tasks } from './tasks.ts'
import { type Tool, text } from './tool.ts'

/** What all sessions and requests have in common. */
export interface Shared {
  readonly tasks: Tasks
  readonly additions: Additions
}

/** A server with everything that the official suite asks for, for one session or one request. */
export function referenceServer(
  { tasks, additions }: Shared,
  announce: (server: McpServer) => Announcements,
): McpServer {
  const server = new McpServer(
    { name: 'reference', version: '1.0.0' },
    {
      capabilities: { logging: {}, tools: { listChanged: true }, prompts: { listChanged: true }, completions: {} },
      requestState: { verify: states.verify },
    },
  )
  offerResources(server)
  offerPrompts(server)
  tasks.offer(server)
  offerTools(server, [
    ...contentTools,
    ...askingTools,
    ...schemaTools,
    ...inputRequiredTools,
    ...diagnosticTools(additions, announce(server)),
    ...taskTools(tasks),
  ])
  return server
}

/**
 * Lists the tools by the SDK, which looks at its own list when it checks the headers of a request, and calls them here:
 * the SDK would make a tool result of every error, also of those that are the protocol's.
 */
function offerTools(server: McpServer, tools: readonly Tool[]): void {
  const schemas = new Map<string, ReturnType<typeof fromJsonSchema>>()
  for (const { name, description, input = { type: 'object', additionalProperties: false } } of tools) {
    const inputSchema = fromJsonSchema(input)
    schemas.set(name, inputSchema)
    server.registerTool(name, { description, inputSchema }, () => text(''))
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  server.server.setRequestHandler('tools/call', async ({ params: { name, arguments: args = {} } }, context) => {
    const tool = byName.get(name)
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} not found`)
    const checked = await schemas.get(name)?.['~standard'].validate(args)
    if (checked?.issues) return { ...text(checked.issues.map(({ message }) => message).join('; ')), isError: true }
    try {
      return (await tool.call(args, context)) as CallToolResult // reason: the SDK knows no task as an answer
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      return { ...text(error instanceof Error ? error.message : String(error)), isError: true }
    }
  })
}
