import { setTimeout as pause } from 'node:timers/promises'
import { acceptedContent, type CallToolResult, inputRequired, type ServerContext } from '@modelcontextprotocol/server'
import { nameForm } from './input-required-tools.ts'
import { knowsTasks, type Running, requireExtension, type Tasks } from './tasks.ts'
import { type Answer, type Arguments, type Tool, text } from './tool.ts'

type Work = (args: Arguments, running: Running) => Promise<CallToolResult>
const confirm = inputRequired.elicit({
  message: 'Please confirm',
  requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } }, required: ['confirm'] },
})

/** Tools that become tasks. */
export function taskTools(tasks: Tasks): readonly Tool[] {
  /** Only ever a task. */
  const always = (work: Work) => (args: Arguments, context: ServerContext) => {
    requireExtension(context)
    return tasks.start((running) => work(args, running))
  }
  /** A task for those who know tasks, an ordinary call for the others. */
  const sometimes =
    (work: Work) =>
    (args: Arguments, context: ServerContext): Answer | Promise<Answer> => {
      if (knowsTasks(context)) return tasks.start((running) => work(args, running))
      return work(args, { signal: context.mcpReq.signal, ask: () => Promise.reject(new TypeError('nobody to ask')) })
    }
  const compute: Work = async ({ seconds = 1, label = '' }, { signal }) => {
    await pause(Number(seconds) * 1000, undefined, { signal })
    return text(`Computed ${String(label)} for ${String(seconds)} s.`)
  }

  return [
    {
      name: 'greet',
      description: 'Greets; never a task',
      input: { type: 'object', properties: { name: { type: 'string' } } },
      call: ({ name = 'World' }) => text(`Hello, ${String(name)}!`),
    },
    {
      name: 'slow_compute',
      description: 'Takes as long as it is told',
      input: { type: 'object', properties: { seconds: { type: 'number' }, label: { type: 'string' } } },
      call: sometimes(compute),
    },
    {
      name: 'failing_job',
      description: 'Fails after a second',
      call: always(async () => {
        await pause(1000)
        return { ...text('The job failed.'), isError: true }
      }),
    },
    {
      name: 'protocol_error_job',
      description: 'Ends in an error of the protocol',
      call: always(() => Promise.reject(new TypeError('the job panicked'))),
    },
    {
      name: 'confirm_delete',
      description: 'Asks before it would delete',
      input: { type: 'object', properties: { filename: { type: 'string' } } },
      call: always(async ({ filename }, { ask }) => {
        const answers = await ask({ confirm })
        return text(`${String(filename)}: ${JSON.stringify(answers)}`)
      }),
    },
    {
      name: 'multi_input',
      description: 'Asks two things at once',
      call: always(async (_args, { ask }) => text(JSON.stringify(await ask({ user_name: nameForm, confirm })))),
    },
    {
      name: 'test_tool_with_task',
      description: 'Asks first, and becomes a task then',
      call(_args, context) {
        requireExtension(context)
        const name = acceptedContent(context.mcpReq.inputResponses, 'user_name')?.name
        if (typeof name !== 'string') return inputRequired({ inputRequests: { user_name: nameForm } })
        return tasks.start(() => Promise.resolve(text(`Hello, ${name}!`)))
      },
    },
  ]
}
