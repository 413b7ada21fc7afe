import { acceptedContent, completable, inputRequired, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { png } from './media.ts'

const user = <Content>(content: Content) => ({ role: 'user' as const, content })
const said = (text: string) => user({ type: 'text' as const, text })
const places = ['paris', 'park', 'party', 'test']

/** Offers every prompt that the suite gets or completes. */
export function offerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'A sentence' }, () => ({
    messages: [said('This is a simple prompt for testing.')],
  }))
  const argument = (description: string) =>
    completable(z.string().describe(description), (value) => places.filter((place) => place.startsWith(value)))
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A sentence with two arguments',
      argsSchema: z.object({ arg1: argument('First test argument'), arg2: argument('Second test argument') }),
    },
    ({ arg1, arg2 }) => ({ messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A resource, and a sentence about it', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        user({
          type: 'resource' as const,
          resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        }),
        said('Please process the embedded resource above.'),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'An image, and a sentence about it' }, () => ({
    messages: [
      user({ type: 'image' as const, data: png, mimeType: 'image/png' }),
      said('Please analyze the image above.'),
    ],
  }))
  server.registerPrompt('test_input_required_result_prompt', { description: 'Needs to know more first' }, (context) => {
    const answer = acceptedContent(context.mcpReq.inputResponses, 'user_context')?.context
    if (answer !== undefined) return { messages: [said(`In the context of ${String(answer)}`)] }
    return inputRequired({
      inputRequests: {
        user_context: inputRequired.elicit({
          message: 'What context should the prompt use?',
          requestedSchema: { type: 'object', properties: { context: { type: 'string' } }, required: ['context'] },
        }),
      },
    })
  })
}
