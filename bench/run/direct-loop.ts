// What a program has that does without ECP: the AI SDK's model, the MCP client, and a loop.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { jsonSchema, type ModelMessage, streamText, type ToolSet, tool } from 'ai'
import { stdioCommand } from '../harness/ecp-files.ts'
import { modelOf, type Shape } from './loop-round.ts'

export interface Loop {
  run(shape: Shape): Promise<void>
  close(): Promise<void>
}

export async function openDirect(baseURL: string): Promise<Loop> {
  const provider = createOpenAICompatible({ name: 'bench', baseURL, includeUsage: true })
  const client = new Client({ name: 'bench', version: '1.0.0' })
  const [command = '', ...args] = stdioCommand
  await client.connect(new StdioClientTransport({ command, args }))
  const listed = (await client.listTools()).tools.find(({ name }) => name === 'read_item')
  if (!listed) throw new Error('there is no `read_item`')
  // reason: a tool's schema is a JSON Schema, whoever wrote its type
  const inputSchema = jsonSchema<Record<string, unknown>>(listed.inputSchema as Parameters<typeof jsonSchema>[0])
  const tools: ToolSet = { read_item: tool({ description: listed.description ?? '', inputSchema }) }
  return {
    async run(shape) {
      const messages: ModelMessage[] = [{ role: 'user', content: 'Begin.' }]
      for (;;) {
        const turn = streamText({
          model: provider(modelOf(shape)),
          instructions: 'Read.',
          messages,
          tools,
          maxRetries: 0,
        })
        await turn.consumeStream()
        const calls = await turn.toolCalls
        messages.push(...(await turn.response).messages)
        if (calls.length === 0) return
        const results = await Promise.all(
          calls.map(async ({ toolCallId, toolName, input }) => {
            // reason: the tool's schema says so
            const answer = await client.callTool({ name: toolName, arguments: input as Record<string, unknown> })
            const [block] = answer.content
            const value = block?.type === 'text' ? block.text : ''
            return { type: 'tool-result' as const, toolCallId, toolName, output: { type: 'text' as const, value } }
          }),
        )
        messages.push({ role: 'tool', content: results })
      }
    },
    close: () => client.close(),
  }
}
