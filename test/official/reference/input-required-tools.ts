import {
  acceptedContent,
  createRequestStateCodec,
  type InputRequests,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server'
import { declared } from './declared.ts'
import { type Tool, text } from './tool.ts'

/** Signs what a tool gives the client to keep between two rounds; a state that was changed is refused by the SDK. */
export const states = createRequestStateCodec<{ readonly round: number }>({
  key: 'the reference server signs with this',
})

const form = (message: string, properties: Record<string, { type: 'string' } | { type: 'boolean' }>) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  })
export const nameForm = form('What is your name?', { name: { type: 'string' } })
const sample = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens })

/** Tools that say in their answer what they need before they can go on (SEP-2322). */
export const inputRequiredTools: readonly Tool[] = [
  {
    name: 'test_input_required_result_elicitation',
    description: 'Needs a name from the user',
    call(_args, { mcpReq }) {
      const name = acceptedContent(mcpReq.inputResponses, 'user_name')?.name
      if (typeof name !== 'string') return inputRequired({ inputRequests: { user_name: nameForm } })
      return text(`Hello, ${name}!`)
    },
  },
  {
    name: 'test_input_required_result_sampling',
    description: 'Needs a sentence from the model',
    call(_args, { mcpReq }) {
      const answer = inputResponse(mcpReq.inputResponses, 'capital_question')
      if (answer.kind !== 'sampling') {
        return inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } })
      }
      return text(JSON.stringify(answer.result.content))
    },
  },
  {
    name: 'test_input_required_result_list_roots',
    description: 'Needs the roots of the client',
    call(_args, { mcpReq }) {
      const answer = inputResponse(mcpReq.inputResponses, 'client_roots')
      if (answer.kind !== 'roots') return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      return text(`Roots: ${answer.roots.map(({ uri }) => uri).join(', ')}`)
    },
  },
  {
    name: 'test_input_required_result_request_state',
    description: 'Needs a confirmation, and its own state back',
    async call(_args, { mcpReq }) {
      const isConfirmed = acceptedContent(mcpReq.inputResponses, 'confirm') !== undefined
      if (isConfirmed && mcpReq.requestState()) return text('state-ok')
      return confirmation()
    },
  },
  {
    name: 'test_input_required_result_tampered_state',
    description: 'Needs its own state back, unchanged',
    async call(_args, { mcpReq }) {
      return mcpReq.requestState() ? text('The state is as it was.') : confirmation()
    },
  },
  {
    name: 'test_input_required_result_multiple_inputs',
    description: 'Needs an answer of every kind at once',
    async call(_args, { mcpReq: { inputResponses, requestState } }) {
      const name = acceptedContent(inputResponses, 'user_name')?.name
      const greeting = inputResponse(inputResponses, 'greeting')
      const roots = inputResponse(inputResponses, 'client_roots')
      if (name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots' && requestState()) {
        return text(`${String(name)}, ${JSON.stringify(greeting.result.content)}, ${roots.roots.length} roots`)
      }
      return inputRequired({
        inputRequests: {
          user_name: nameForm,
          greeting: sample('Generate a greeting', 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await states.mint({ round: 1 }),
      })
    },
  },
  {
    name: 'test_input_required_result_multi_round',
    description: 'Needs two answers, one after the other',
    async call(_args, { mcpReq: { inputResponses, requestState } }) {
      const round = requestState<{ readonly round: number }>()?.round
      if (round === 2 && acceptedContent(inputResponses, 'step2')) return text('Both answers are here.')
      if (round === 1 && acceptedContent(inputResponses, 'step1')) {
        return inputRequired({
          inputRequests: { step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
          requestState: await states.mint({ round: 2 }),
        })
      }
      return inputRequired({
        inputRequests: { step1: form('Step 1: What is your name?', { name: { type: 'string' } }) },
        requestState: await states.mint({ round: 1 }),
      })
    },
  },
  {
    name: 'test_input_required_result_capabilities',
    description: 'Asks only in ways that the client can answer',
    call(_args, context) {
      if (Object.keys(context.mcpReq.inputResponses ?? {}).length > 0) return text('Thank you.')
      const can = declared(context)
      const inputRequests: InputRequests = {
        ...(can.sampling ? { greeting: sample('Generate a greeting', 50) } : {}),
        ...(can.elicitation ? { user_name: nameForm } : {}),
      }
      return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : text('Nobody can be asked.')
    },
  },
]

const confirmation = async () =>
  inputRequired({
    inputRequests: { confirm: form('Please confirm', { ok: { type: 'boolean' } }) },
    requestState: await states.mint({ round: 1 }),
  })
