import { inputRequired } from '@modelcontextprotocol/server'
import { nameForm } from './input-required-tools.ts'
import { type Tool, text } from './tool.ts'

/** Tools that were added since the server began, which is what it announces. */
export class Additions {
  #count = 0

  add(): void {
    this.#count += 1
  }

  tools(): readonly Tool[] {
    return Array.from({ length: this.#count }, (_, index) => ({
      name: `added_${index + 1}`,
      description: 'Was added when that was asked for',
      call: () => text('Added.'),
    }))
  }
}

/** How the server tells whoever listens that something changed, in the revision that is spoken. */
export interface Announcements {
  readonly toolsChanged: () => void
  readonly promptsChanged: () => void
}

/** Tools with which the suite looks at the stateless server of revision 2026-07-28 (SEP-2575). */
export const diagnosticTools = (additions: Additions, announce: Announcements): readonly Tool[] => [
  {
    name: 'test_missing_capability',
    description: 'Cannot do without the model of the client',
    call: () => inputRequired({ inputRequests: { any: inputRequired.createMessage({ messages: [], maxTokens: 1 }) } }),
  },
  {
    name: 'test_streaming_elicitation',
    description: 'Says something on the stream of its call, then asks',
    async call(_args, { mcpReq }) {
      const progressToken = mcpReq._meta?.progressToken ?? 'none'
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
      return inputRequired({ inputRequests: { user_name: nameForm } })
    },
  },
  {
    name: 'test_logging_tool',
    description: 'Logs, to whom asked for it',
    async call(_args, { mcpReq }) {
      await mcpReq.log('info', 'A message for those who asked for it')
      return text('Logged.')
    },
  },
  {
    name: 'test_trigger_tool_change',
    description: 'Adds a tool, and announces that the tools changed',
    call() {
      additions.add()
      announce.toolsChanged()
      return text('Announced.')
    },
  },
  {
    name: 'test_trigger_prompt_change',
    description: 'Announces that the prompts changed',
    call() {
      announce.promptsChanged()
      return text('Announced.')
    },
  },
  ...additions.tools(),
]
