import { type InputRequests, inputRequired, inputResponse } from '@modelcontextprotocol/server'
import { type Tool, text } from './tool.ts'

/** A tool that asks for one form and says how it was answered. */
function formTool(
  tool: Pick<Tool, 'name' | 'description' | 'input'>,
  ask: (args: Readonly<Record<string, unknown>>) => InputRequests[string],
  label: string,
): Tool {
  return {
    ...tool,
    call(args, { mcpReq }) {
      const answer = inputResponse(mcpReq.inputResponses, 'form')
      if (answer.kind !== 'elicit') return inputRequired({ inputRequests: { form: ask(args) } })
      return text(`${label} action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`)
    },
  }
}

/**
 * Tools that ask the client's model or its user. They say what they need; the SDK asks for it with requests of its own
 * in revision 2025-11-25 and with `input_required` in 2026-07-28.
 */
export const askingTools: readonly Tool[] = [
  {
    name: 'test_sampling',
    description: 'Asks the model of the client',
    input: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    call({ prompt }, { mcpReq }) {
      const answer = inputResponse(mcpReq.inputResponses, 'completion')
      if (answer.kind !== 'sampling') {
        const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(prompt) } }]
        return inputRequired({
          inputRequests: { completion: inputRequired.createMessage({ messages, maxTokens: 100 }) },
        })
      }
      const { content } = answer.result
      return text(`LLM response: ${'text' in content ? content.text : JSON.stringify(content)}`)
    },
  },
  formTool(
    {
      name: 'test_elicitation',
      description: 'Asks the user of the client',
      input: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    },
    ({ message }) =>
      inputRequired.elicit({
        message: String(message),
        requestedSchema: {
          type: 'object',
          properties: {
            username: { type: 'string', description: "User's response" },
            email: { type: 'string', description: "User's email address" },
          },
          required: ['username', 'email'],
        },
      }),
    'User response:',
  ),
  formTool(
    { name: 'test_elicitation_sep1034_defaults', description: 'Asks with a default for every type of field' },
    () =>
      inputRequired.elicit({
        message: 'Please check these values',
        requestedSchema: {
          type: 'object',
          properties: {
            name: { type: 'string', default: 'John Doe' },
            age: { type: 'integer', default: 30 },
            score: { type: 'number', default: 95.5 },
            status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
            verified: { type: 'boolean', default: true },
          },
        },
      }),
    'Elicitation completed:',
  ),
  formTool(
    { name: 'test_elicitation_sep1330_enums', description: 'Asks with every form of enumeration' },
    () =>
      inputRequired.elicit({
        message: 'Please choose',
        requestedSchema: {
          type: 'object',
          properties: {
            untitledSingle: { type: 'string', enum: options },
            titledSingle: { type: 'string', oneOf: titled },
            legacyEnum: {
              type: 'string',
              enum: ['opt1', 'opt2', 'opt3'],
              enumNames: ['Option One', 'Option Two', 'Option Three'],
            },
            untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
            titledMulti: { type: 'array', items: { anyOf: titled } },
          },
        },
      }),
    'Elicitation completed:',
  ),
]
const options = ['option1', 'option2', 'option3']
const titled = ['First', 'Second', 'Third'].map((title, index) => ({
  const: `value${index + 1}`,
  title: `${title} Option`,
}))
