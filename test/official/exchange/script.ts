import type { JsonObject } from '@ecp/protocol'
import type { Answers, Conversation } from './conversation.ts'

/** One step of the exchange. What comes back while it runs is recorded under its name, which is also the request's id. */
export interface Step {
  readonly name: string
  readonly run: (client: Conversation, id: string) => Promise<void>
}

/** A request, its answer, and what else the server says because of it. */
function ask(name: string, method: string, params: JsonObject = {}, also: readonly string[] = []): Step {
  return {
    name,
    async run(client, id) {
      await client.request(id, method, params)
      for (const other of new Set(also)) await client.heard(other, also.filter((one) => one === other).length)
    },
  }
}
const call = (tool: string, args: JsonObject = {}, also: readonly string[] = [], variant = '') =>
  ask(`${tool}${variant}`, 'tools/call', { name: tool, arguments: args }, also)
/** The same step, while the client answers so. */
const answering = (answers: Answers, { name, run }: Step, variant = ''): Step => ({
  name: `${name}${variant}`,
  async run(client, id) {
    const before = client.answers
    client.answers = { ...before, ...answers }
    await run(client, id)
    client.answers = before
  },
})
const notify = (method: string): Step => ({ name: method, run: (client) => client.notify(method) })

const log = 'notifications/message'
const roots = {
  'roots/list': { roots: [{ uri: 'file:///home/someone', name: 'Home', _meta: { 'example.com/a': 1 } }] },
}
const sampled = { model: 'none', role: 'assistant', stopReason: 'endTurn', content: { type: 'text', text: 'Yes.' } }
const form = { name: 'Jane', check: true, integer: 7, singleSelectEnum: 'Option 1' }
const text = (id: string) => `demo://resource/dynamic/text/${id}`
const hello = 'data:text/plain,hello'
const changed = 'notifications/resources/list_changed'
const progress = 'notifications/progress'

/** A task, from the call that begins it, with what is asked of it by its id. */
const task = (name: string, args: JsonObject, ...follow: readonly string[]): Step => ({
  name,
  async run(client, id) {
    const params = { name: 'simulate-research-query', arguments: args, task: { ttl: 300_000 } }
    const { result } = await client.request(`${id}, call`, 'tools/call', params)
    const taskId = (result?.task as { taskId?: string } | undefined)?.taskId ?? 'none' // reason: what MCP says it is
    for (const [index, method] of follow.entries()) await client.request(`${id}, ${index + 1}`, method, { taskId })
  },
})

/** Every method and notification that the everything server has, and what is wrong with them in every way. */
// biome-ignore format: one step a line
export const script: readonly Step[] = [
  {
    name: 'initialize',
    async run(client, id) {
      client.answers = { ...roots, 'sampling/createMessage': sampled, 'elicitation/create': { action: 'cancel' } }
      await client.request(id, 'initialize', {
        protocolVersion: '2025-11-25',
        capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } },
        clientInfo: { name: 'exchange', version: '1.0.0' },
      })
    },
  },
  {
    name: 'tools/list',
    async run(client, id) {
      await client.notify('notifications/initialized')
      await client.request(id, 'tools/list')
    },
  },
  // The server also asks for it by itself, a moment after it was initialized.
  call('get-roots-list'),
  ask('ping', 'ping'),
  ask('tools/list, a cursor of nowhere', 'tools/list', { cursor: 'nowhere' }),
  ask('prompts/list', 'prompts/list'),
  ask('resources/list', 'resources/list'),
  ask('resources/templates/list', 'resources/templates/list'),

  ask('echo', 'tools/call', { name: 'echo', arguments: { message: 'x' }, _meta: { 'example.com/a': { b: [1] } }, extra: 1 }),
  call('echo', { message: 'x', unknown: 1 }, [], ', an unknown argument'),
  call('echo', { message: 7 }, [], ', a wrong argument'),
  call('no-such-tool'),
  ask('tools/call, without a name', 'tools/call', { arguments: {} }),
  call('get-annotated-message', { messageType: 'error', includeImage: true }, [], ', error'),
  call('get-annotated-message', { messageType: 'debug' }, [], ', debug'),
  call('get-env'),
  call('get-resource-links', { count: 3 }),
  call('get-resource-reference', { resourceType: 'Blob', resourceId: 2 }, [], ', a blob'),
  call('get-resource-reference', { resourceType: 'Text', resourceId: -1 }, [], ', of nothing'),
  call('get-structured-content', { location: 'Chicago' }),
  call('get-sum', { a: 0.1, b: 2 }),
  call('get-tiny-image'),
  call('gzip-file-as-resource', { name: 'hello.gz', data: hello, outputType: 'resource' }, [changed], ', itself'),
  call('gzip-file-as-resource', { name: 'link.gz', data: hello }, [changed], ', a link'),
  ask('resources/read, the link', 'resources/read', { uri: 'demo://resource/session/link.gz' }),
  ask('resources/list, with them', 'resources/list'),

  ask('progress', 'tools/call', {
    name: 'trigger-long-running-operation',
    arguments: { duration: 0.3, steps: 3 },
    _meta: { progressToken: 'a token' },
  }, [progress, progress, progress]),
  {
    name: 'notifications/cancelled',
    async run(client, id) {
      const args = { duration: 1, steps: 1 }
      client.begin('never answered', 'tools/call', { name: 'trigger-long-running-operation', arguments: args })
      await client.request(`${id}, begun`, 'ping')
      await client.notify('notifications/cancelled', { requestId: 'never answered', reason: 'enough' })
      await client.request(id, 'ping')
    },
  },

  call('trigger-sampling-request', { prompt: 'Is it?', maxTokens: 5 }),
  answering({ 'elicitation/create': { action: 'accept', content: form } }, call('trigger-elicitation-request'), ', accepted'),
  answering({ 'elicitation/create': { action: 'decline' } }, call('trigger-elicitation-request'), ', declined'),
  call('trigger-elicitation-request', {}, [], ', cancelled'),
  answering({ 'elicitation/create': { action: 'accept' } }, call('trigger-url-elicitation', { url: 'https://example.com/' })),
  call('trigger-url-elicitation', { url: 'https://example.com/', errorPath: true }, [], ', as an error'),

  ask('resources/read, a text', 'resources/read', { uri: text('1') }),
  ask('resources/read, a blob', 'resources/read', { uri: 'demo://resource/dynamic/blob/2' }),
  ask('resources/read, a file', 'resources/read', { uri: 'demo://resource/static/document/features.md' }),
  ask('resources/read, of nowhere', 'resources/read', { uri: 'demo://resource/nowhere' }),
  ask('resources/read, without an address', 'resources/read'),
  ask('resources/subscribe', 'resources/subscribe', { uri: text('1') }, [log]),
  call('toggle-subscriber-updates', {}, ['notifications/resources/updated'], ', on'),
  call('toggle-subscriber-updates', {}, [], ', off'),
  ask('resources/unsubscribe', 'resources/unsubscribe', { uri: text('1') }, [log]),

  ask('prompts/get', 'prompts/get', { name: 'simple-prompt' }),
  ask('prompts/get, with arguments', 'prompts/get', { name: 'args-prompt', arguments: { city: 'Lima', state: 'X' } }),
  ask('prompts/get, without its arguments', 'prompts/get', { name: 'args-prompt' }),
  ask('prompts/get, with a resource', 'prompts/get', {
    name: 'resource-prompt',
    arguments: { resourceType: 'Text', resourceId: '1' },
  }),
  ask('prompts/get, of nothing', 'prompts/get', { name: 'no-such-prompt' }),
  ask('completion/complete, of a prompt', 'completion/complete', {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'name', value: 'A' },
    context: { arguments: { department: 'Engineering' } },
  }),
  ask('completion/complete, of a resource', 'completion/complete', {
    ref: { type: 'ref/resource', uri: text('{resourceId}') },
    argument: { name: 'resourceId', value: '1' },
  }),
  ask('completion/complete, of nothing', 'completion/complete', {
    ref: { type: 'ref/prompt', name: 'no-such-prompt' },
    argument: { name: 'name', value: '' },
  }),

  ask('logging/setLevel', 'logging/setLevel', { level: 'debug' }),
  call('toggle-simulated-logging', {}, [log], ', on'),
  call('toggle-simulated-logging', {}, [], ', off'),
  ask('logging/setLevel, to what is none', 'logging/setLevel', { level: 'loud' }),
  ask('logging/setLevel, emergencies', 'logging/setLevel', { level: 'emergency' }),
  ask('resources/subscribe, silently', 'resources/subscribe', { uri: text('2') }),

  task('a task', { topic: 'locks' }, 'tasks/get', 'tasks/result', 'tasks/get'),
  answering(
    { 'elicitation/create': { action: 'accept', content: { interpretation: 'technical' } } },
    task('a task that asks', { topic: 'python', ambiguous: true }, 'tasks/result', 'tasks/get'),
  ),
  task('a cancelled task', { topic: 'nothing' }, 'tasks/cancel', 'tasks/get', 'tasks/cancel'),
  ask('tasks/get, of nothing', 'tasks/get', { taskId: 'none' }),
  ask('tasks/list', 'tasks/list'),

  notify('notifications/of-nothing'),
  ask('no/such-method', 'no/such-method', { a: 1 }),
  ask('ping, at last', 'ping'),
]
