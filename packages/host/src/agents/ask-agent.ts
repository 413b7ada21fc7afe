import { setTimeout as waited } from 'node:timers/promises'
import { Role, type SendMessageRequest } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import { HostError } from '../error.ts'
import type { AgentAnswer, AgentTask, WaitingTask } from './agents.ts'
import { TaskView } from './task-state.ts'

export interface Conversation {
  readonly client: Client
  readonly streams: boolean
  readonly task: AgentTask
  readonly signal: AbortSignal
  /** The HTTP status of the last answer. */
  status(): number | undefined
}

const firstPollMs = 100
const mostPollMs = 5_000
/** How often in a row the agent may not answer when it is asked how far it is. */
const maxLostPolls = 3
/** How long (ms) it may take to say that it has stopped. */
const cancelMs = 5_000

/**
 * Gives a task to an agent, or an answer to one that waits, and follows it to its end, or to what it asks: by its stream where it has
 * one, by asking again and again where it has none or the stream broke off. When the signal ends it, the task is cancelled there.
 * Never throws.
 */
export async function askAgent(conversation: Conversation): Promise<AgentAnswer> {
  const { client, signal, streams, task } = conversation
  const view = new TaskView(task.continues)
  try {
    await sent(conversation, view)
  } catch (cause) {
    if (signal.aborted) return cancelled(conversation, view)
    // Of a task that the agent has taken it can be asked what became of it.
    if (!view.isHeard) return failure(cause, conversation.status())
  }
  // A stream tells what is new: what was made before the question is not in it.
  const isPart = streams && task.continues !== undefined && view.isCompleted
  const answer = (isPart ? undefined : view.answer(task.isAnswerable)) ?? (await polled(conversation, view))
  // Nobody will give what it waits for: it need not wait.
  if (answer.kind === 'ended' && answer.end.endsWith('-required')) await stopped(client, view)
  return answer
}

/** Cancels a task that waits. Why it goes on there; undefined where it does not. Never throws. */
export async function withdrawTask(
  client: Client,
  task: WaitingTask,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isOver = await stopped(client, new TaskView(task), signal)
  return isOver ? undefined : 'the agent did not say that it has stopped'
}

async function sent({ client, streams, task, signal }: Conversation, view: TaskView): Promise<void> {
  const request: SendMessageRequest = {
    tenant: '',
    message: {
      messageId: task.id,
      contextId: task.continues?.context ?? '',
      taskId: task.continues?.task ?? '',
      role: Role.ROLE_USER,
      parts: [
        { content: { $case: 'text', value: task.text }, metadata: undefined, filename: '', mediaType: 'text/plain' },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
    configuration: undefined,
    metadata: undefined,
  }
  // Only a task that has an id can be cancelled: who is given one just now may say so first.
  const patient = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    if (view.id !== undefined) patient.abort(signal.reason)
    else timer = setTimeout(() => patient.abort(signal.reason), cancelMs)
  }
  signal.addEventListener('abort', end, { once: true })
  const asking = { signal: patient.signal }
  try {
    signal.throwIfAborted()
    if (!streams) {
      const answer = await client.sendMessage(request, asking)
      if ('messageId' in answer) view.heard({ payload: { $case: 'message', value: answer } })
      else view.seen(answer)
      return
    }
    for await (const event of client.sendMessageStream(request, asking)) {
      view.heard(event)
      if (view.answer(task.isAnswerable) || signal.aborted) return
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

async function polled(conversation: Conversation, view: TaskView): Promise<AgentAnswer> {
  const { client, signal, task } = conversation
  const { id } = view
  if (id === undefined) return { kind: 'lost', why: 'it ended its answer without one' }
  let lost = 0
  for (let ms = firstPollMs; ; ms = Math.min(mostPollMs, ms * 2)) {
    try {
      signal.throwIfAborted()
      view.seen(await client.getTask({ id, tenant: '', historyLength: 0 }, { signal }))
      lost = 0
      const answer = view.answer(task.isAnswerable)
      if (answer) return answer
    } catch (cause) {
      if (signal.aborted) return cancelled(conversation, view)
      if (++lost >= maxLostPolls) return { kind: 'lost', why: messageOf(cause) }
    }
    await waited(ms, undefined, { signal }).catch(() => undefined)
  }
}

async function cancelled(conversation: Conversation, view: TaskView): Promise<AgentAnswer> {
  const hasStopped = await stopped(conversation.client, view)
  if (hasStopped) return { kind: 'cancelled' }
  return { kind: 'lost', why: 'it was cancelled, and the agent did not say that it has stopped' }
}

/** Cancels the task there. Whether the agent says that it goes on no more. */
async function stopped(client: Client, view: TaskView, until?: AbortSignal): Promise<boolean> {
  const { id } = view
  if (id === undefined) return false
  const late = AbortSignal.timeout(cancelMs)
  const signal = until ? AbortSignal.any([late, until]) : late
  try {
    view.seen(await client.cancelTask({ id, tenant: '', metadata: undefined }, { signal }))
  } catch {
    return false
  }
  const answer = view.answer()
  return answer !== undefined && !(answer.kind === 'ended' && answer.end.endsWith('-required'))
}

/** Before anything was sent, or with a clear no, nothing goes on there; in any other case it may. */
function failure(cause: unknown, status: number | undefined): AgentAnswer {
  const own = hostErrorIn(cause)
  const why = messageOf(own ?? cause)
  if (own?.code === 'network.refused' || own?.code === 'server.start-failed') {
    return { kind: 'refused', code: own.code, why }
  }
  const isError = status === 200 && !own && isProtocolError(cause)
  if (isError || (status !== undefined && status >= 400 && status < 500))
    return { kind: 'refused', code: 'agent.refused', why }
  return { kind: 'lost', why }
}

/**
 * Whether the agent answered an error that says that it did not take the task (JSON-RPC 2.0, section 5.1; A2A 1.0). An internal
 * error of it says nothing of what it had done by then.
 */
function isProtocolError(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const code = codeOf(cause)
  return code === undefined ? isProtocolError(cause.cause) : code !== internalError
}

const internalError = -32_603

/** The code that the SDK's errors keep of what was answered. */
function codeOf(cause: Error): number | undefined {
  return 'envelopeCode' in cause && typeof cause.envelopeCode === 'number' ? cause.envelopeCode : undefined
}

/** The SDK wraps what `fetch` throws. */
export function hostErrorIn(cause: unknown): HostError | undefined {
  if (cause instanceof HostError) return cause
  return cause instanceof Error && cause.cause !== undefined ? hostErrorIn(cause.cause) : undefined
}

export function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.replaceAll(/\s+/g, ' ').slice(0, 500)
}
