import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AgentCard, type Artifact, type Message, type Part, Role, type Task, TaskState } from '@a2a-js/sdk'
import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server'
import {
  AgentEvent,
  DefaultRequestHandler,
  defaultServerCallContextBuilder,
  type ExecutionEventBus,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
} from '@a2a-js/sdk/server'
import { onTestFinished } from 'vitest'

export { TaskState }

/** What an agent does with one task. */
export interface AgentWork {
  /** The text that it was given. */
  readonly text: string
  /** How many messages it has had in this task, this one too. */
  readonly round: number
  message(...parts: readonly Part[]): void
  status(state: TaskState, words?: string | readonly Part[]): void
  artifact(parts: readonly Part[], more?: { readonly id?: string; readonly append?: boolean }): void
  /** When it is cancelled. */
  readonly cancelled: Promise<void>
  /** The connection that it was asked on breaks. */
  breakOff(): void
}

export interface AgentServerOptions {
  readonly streaming?: boolean
  /** It speaks version 0.3 alone. */
  readonly legacy?: boolean
  /** The address that its card names, in place of its own. */
  readonly cardUrl?: string
  /** Its streams tell of a task without what was made in it before. */
  readonly forgets?: boolean
  /** The ids that it gives to its tasks, in place of the SDK's. */
  readonly taskId?: string
  /** Answers in place of the agent. */
  answer?(request: IncomingMessage, response: ServerResponse, body: string): boolean
}

export interface AgentServer {
  readonly url: string
  /** Methods of JSON-RPC that were asked for, in order; the paths of other requests. */
  readonly heard: string[]
  readonly headers: IncomingMessage['headers'][]
  /** What it was told, in order: which task in, and with which message. */
  readonly told: { readonly task: string; readonly context: string; readonly message: string; readonly text: string }[]
}

export const text = (value: string): Part => part({ $case: 'text', value })
export const data = (value: unknown): Part => part({ $case: 'data', value })
export const part = (content: NonNullable<Part['content']>): Part => ({
  content,
  metadata: undefined,
  filename: '',
  mediaType: '',
})

/** An agent behind the A2A SDK's own server, on loopback: real HTTP, JSON-RPC and events. */
export async function agentServer(
  work: (task: AgentWork) => void | Promise<void>,
  { streaming = true, legacy = false, cardUrl, taskId: ownId, forgets = false, answer }: AgentServerOptions = {},
): Promise<AgentServer> {
  const heard: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const told: AgentServer['told'] = []
  const open = new Set<ServerResponse>()
  const server = createServer(async (request, response) => {
    open.add(response)
    response.on('close', () => open.delete(response))
    headers.push(request.headers)
    let body = ''
    for await (const chunk of request) body += chunk
    const parsed = body === '' ? undefined : JSON.parse(body)
    heard.push(parsed?.method ?? request.url)
    if (answer?.(request, response, body)) return
    if (request.method === 'GET') json(response, legacy ? legacyCard(card) : card)
    else await handled(parsed, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new TypeError('no address')
  const url = `http://127.0.0.1:${address.port}`
  const card = cardOf(cardUrl ?? `${url}/a2a`, streaming)
  const cancels = new Map<string, () => void>()
  const breakOff = () => {
    for (const response of open) response.destroy()
  }
  const agent = {
    async execute({ userMessage, taskId: given, contextId, task }: ExecutedTask, bus: ExecutionEventBus) {
      const taskId = ownId ?? given
      const cancelled = new Promise<void>((resolve) => cancels.set(taskId, resolve))
      const said = userMessage.parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
      told.push({ task: taskId, context: contextId, message: userMessage.messageId, text: said })
      let begun = false
      const begin = () => {
        if (begun) return
        begun = true
        // As the SDK has it: a task that goes on is told of as it stands, with the question that it still waits with.
        if (task) {
          bus.publish(AgentEvent.task(task))
          return
        }
        const status = { state: TaskState.TASK_STATE_SUBMITTED, message: undefined, timestamp: undefined }
        bus.publish(AgentEvent.task({ id: taskId, contextId, status, artifacts: [], history: [], metadata: undefined }))
      }
      await work({
        text: said,
        round: told.filter(({ task: one }) => one === taskId).length,
        cancelled,
        breakOff,
        message: (...parts) => bus.publish(AgentEvent.message(messageOf(parts, taskId, contextId))),
        status(state, words) {
          begin()
          const parts = typeof words === 'string' ? [text(words)] : words
          const message = parts === undefined ? undefined : messageOf(parts, taskId, contextId)
          const status = { state, message, timestamp: undefined }
          bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined }))
        },
        artifact(parts, { id = 'a', append = false } = {}) {
          begin()
          const artifact = artifactOf(id, parts)
          bus.publish(
            AgentEvent.artifactUpdate({ taskId, contextId, artifact, append, lastChunk: true, metadata: undefined }),
          )
        },
      })
      bus.finished()
    },
    async cancelTask(taskId: string, bus: ExecutionEventBus) {
      const status = { state: TaskState.TASK_STATE_CANCELED, message: undefined, timestamp: undefined }
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId: '', status, metadata: undefined }))
      cancels.get(taskId)?.()
    },
  }
  const requests = new DefaultRequestHandler(card, new InMemoryTaskStore(), agent)
  const handler = legacy ? new LegacyJsonRpcTransportHandler(requests) : new JsonRpcTransportHandler(requests)

  async function handled(body: Record<string, unknown>, request: IncomingMessage, response: ServerResponse) {
    const requestedVersion = request.headers['a2a-version']
    const context = defaultServerCallContextBuilder({
      extensions: undefined,
      user: undefined,
      headers: request.headers,
      ...(typeof requestedVersion === 'string' ? { requestedVersion } : {}),
    })
    const result = await handler.handle(body, context)
    if (!(Symbol.asyncIterator in result)) {
      json(response, result)
      return
    }
    // As the SDK's server for Express has it: what goes wrong before the first event is an answer of its own.
    const events = result[Symbol.asyncIterator]()
    let first: IteratorResult<unknown>
    try {
      first = await events.next()
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      json(response, { jsonrpc: '2.0', id: body.id, error: { code: unsupportedOperation, message } })
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    try {
      for (let event = first; !event.done; event = await events.next())
        response.write(`data: ${JSON.stringify(event.value, forgets ? withoutArtifacts : undefined)}\n\n`)
      response.end()
    } catch {
      // Two streams of one task: what begins the second one ends the first.
      response.destroy()
    }
  }
  return { url, heard, headers, told }
}

/** A2A 1.0: the task is over, and takes no more messages. */
const unsupportedOperation = -32_004

const withoutArtifacts = (key: string, value: unknown) => (key === 'artifacts' ? [] : value)

interface ExecutedTask {
  readonly userMessage: Message
  readonly taskId: string
  readonly contextId: string
  /** The task as it was left, where this goes on with it. */
  readonly task?: Task
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function cardOf(url: string, streaming: boolean): AgentCard {
  return {
    name: 'reviewer',
    description: 'Reviews',
    version: '1.0.0',
    supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
    provider: undefined,
    capabilities: { streaming, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  }
}

/** As A2A 0.3 has it. */
function legacyCard({ name, description, version, supportedInterfaces, capabilities }: AgentCard): unknown {
  const { streaming } = capabilities ?? {}
  const modes = { defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [] }
  const url = supportedInterfaces[0]?.url
  const transport = { url, preferredTransport: 'JSONRPC', protocolVersion: '0.3.0' }
  return { name, description, version, ...transport, capabilities: { streaming }, ...modes }
}

function messageOf(parts: readonly Part[], taskId: string, contextId: string): Message {
  const rest = { metadata: undefined, extensions: [], referenceTaskIds: [] }
  return { messageId: crypto.randomUUID(), contextId, taskId, role: Role.ROLE_AGENT, parts: [...parts], ...rest }
}

function artifactOf(artifactId: string, parts: readonly Part[]): Artifact {
  return { artifactId, name: '', description: '', parts: [...parts], metadata: undefined, extensions: [] }
}
