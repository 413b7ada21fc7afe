import { setTimeout as pause } from 'node:timers/promises'
import { png, wav } from './media.ts'
import { type Tool, text } from './tool.ts'

/** Long enough that each notification travels by itself, as the suite asks. */
const moment = 50

/** Tools that answer with every kind of content, and tell on the way how far they are. */
export const contentTools: readonly Tool[] = [
  {
    name: 'test_simple_text',
    description: 'Answers with text',
    call: () => text('This is a simple text response for testing.'),
  },
  {
    name: 'test_image_content',
    description: 'Answers with an image',
    call: () => ({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }),
  },
  {
    name: 'test_audio_content',
    description: 'Answers with sound',
    call: () => ({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }),
  },
  {
    name: 'test_embedded_resource',
    description: 'Answers with a resource in its answer',
    call: () => ({
      content: [
        {
          type: 'resource',
          resource: {
            uri: 'test://embedded-resource',
            mimeType: 'text/plain',
            text: 'This is an embedded resource content.',
          },
        },
      ],
    }),
  },
  {
    name: 'test_multiple_content_types',
    description: 'Answers with text, an image and a resource',
    call: () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        { type: 'image', data: png, mimeType: 'image/png' },
        {
          type: 'resource',
          resource: {
            uri: 'test://mixed-content-resource',
            mimeType: 'application/json',
            text: JSON.stringify({ test: 'data', value: 123 }),
          },
        },
      ],
    }),
  },
  {
    name: 'test_error_handling',
    description: 'Always fails',
    call: () => {
      throw new TypeError('This tool intentionally returns an error for testing')
    },
  },
  {
    name: 'test_tool_with_logging',
    description: 'Logs three messages while it runs',
    async call(_args, { mcpReq }) {
      await mcpReq.log('info', 'Tool execution started')
      await pause(moment)
      await mcpReq.log('info', 'Tool processing data')
      await pause(moment)
      await mcpReq.log('info', 'Tool execution completed')
      return text('Logged three messages.')
    },
  },
  {
    name: 'test_tool_with_progress',
    description: 'Says how far it is, to whom wants to know',
    async call(_args, { mcpReq }) {
      const progressToken = mcpReq._meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await pause(moment)
        if (progressToken === undefined) continue
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      }
      return text(`Done, token ${String(progressToken)}.`)
    },
  },
  {
    name: 'test_reconnection',
    description: 'Closes the stream of its call before it answers',
    async call(_args, { http }) {
      http?.closeSSE?.()
      await pause(2 * moment)
      return text('The stream was closed and the answer came all the same.')
    },
  },
]
