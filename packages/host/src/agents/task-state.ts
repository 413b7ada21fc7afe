import {
  type Artifact,
  type Message,
  type Part,
  type StreamResponse,
  type Task,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk'
import { sha256 } from '@ecp/ledger'
import type { Json } from '@ecp/protocol'
import type { AgentAnswer, AgentEnd, AgentPart, WaitingTask } from './agents.ts'

/** Most text and data (bytes) of an answer. */
const maxBytes = 1_000_000
/** The longest part of an agent's own words in a failure, in characters. */
const maxWords = 500

const ends: ReadonlyMap<TaskState, AgentEnd> = new Map([
  [TaskState.TASK_STATE_FAILED, 'failed'],
  [TaskState.TASK_STATE_REJECTED, 'rejected'],
  [TaskState.TASK_STATE_CANCELED, 'canceled'],
  [TaskState.TASK_STATE_INPUT_REQUIRED, 'input-required'],
  [TaskState.TASK_STATE_AUTH_REQUIRED, 'auth-required'],
])

/** Most of what an agent asks (bytes of its parts, as JSON): a person has to read it. */
const maxQuestionBytes = 10_000
/** An id that is sent back: printable, and no longer than anybody needs (A2A says only that it is a string). */
const idForm = /^[\x21-\x7e]{1,256}$/

/** What an agent has said of one task so far: the answer is read from it once it has ended, or asks. */
export class TaskView {
  readonly #continues: WaitingTask | undefined
  #message: Message | undefined
  #id: string | undefined
  #contextId = ''
  #status: TaskStatus | undefined
  #artifacts = new Map<string, Artifact>()
  #isHeard = false

  /** `continues`: what it was asked before, which is not asked again just because it is still there. */
  constructor(continues?: WaitingTask) {
    this.#continues = continues
    this.#id = continues?.task
    this.#contextId = continues?.context ?? ''
  }

  /** The task's id, once the agent has named it: it can be asked about and cancelled from then on. */
  get id(): string | undefined {
    return this.#id
  }

  /** Whether anything has come of what was sent: the agent has taken it. */
  get isHeard(): boolean {
    return this.#isHeard
  }

  /** Whether the task as a whole says that it is done. */
  get isCompleted(): boolean {
    return !this.#message && this.#status?.state === TaskState.TASK_STATE_COMPLETED
  }

  /** Takes in one event. Those of another task are none of this one's. */
  heard({ payload }: StreamResponse): void {
    switch (payload?.$case) {
      case 'message':
        this.#message = payload.value
        this.#isHeard = true
        break
      case 'task':
        this.seen(payload.value)
        break
      case 'statusUpdate':
        if (payload.value.taskId !== this.#id) break
        this.#status = payload.value.status
        this.#isHeard = true
        break
      case 'artifactUpdate': {
        const { taskId, artifact, append } = payload.value
        if (taskId !== this.#id || !artifact) break
        this.#isHeard = true
        const before = append ? this.#artifacts.get(artifact.artifactId) : undefined
        this.#artifacts.set(artifact.artifactId, { ...artifact, parts: [...(before?.parts ?? []), ...artifact.parts] })
        break
      }
    }
  }

  /** Takes in the task as a whole, in place of what was known of it. */
  seen(task: Task): void {
    if (this.#id !== undefined && task.id !== this.#id) return
    this.#id = task.id
    this.#isHeard = true
    this.#contextId = task.contextId || this.#contextId
    this.#status = task.status
    this.#artifacts = new Map(task.artifacts.map((artifact) => [artifact.artifactId, artifact]))
  }

  /** What came of it; undefined while it goes on. `isAnswerable`: whether what it asks can be answered. */
  answer(isAnswerable = false): AgentAnswer | undefined {
    if (this.#message) return answered(this.#message.parts)
    const state = this.#status?.state
    if (state === TaskState.TASK_STATE_INPUT_REQUIRED) {
      const mark = markOf(this.#status)
      // What it is told may take a while to change what it says of itself.
      if (mark !== '' && mark === this.#continues?.status) return undefined
      if (isAnswerable) return this.#asks(mark)
    }
    const said = this.#status?.message?.parts ?? []
    if (state === TaskState.TASK_STATE_COMPLETED) {
      const made = [...this.#artifacts.values()].flatMap(({ parts }) => parts)
      return answered(made.length > 0 ? made : said)
    }
    const end = state === undefined ? undefined : ends.get(state)
    return end && { kind: 'ended', end, words: wordsOf(said) }
  }

  #asks(status: string): AgentAnswer {
    const [task, context] = [this.#id ?? '', this.#contextId]
    const refuse = (words: string): AgentAnswer => ({ kind: 'ended', end: 'input-required', words })
    if (!idForm.test(task) || (context !== '' && !idForm.test(context)))
      return refuse('its task has no id that can be sent back')
    const parts = (this.#status?.message?.parts ?? []).map(partOf)
    if (bytesOf(parts) > maxQuestionBytes) return refuse(`its question is over ${maxQuestionBytes} bytes`)
    return { kind: 'asks', parts, waits: { task, context, status } }
  }
}

/** Tells one status from a later one: the id of its message, and its time. Empty where it has neither. */
function markOf(status: TaskStatus | undefined): string {
  const of = [status?.message?.messageId ?? '', status?.timestamp ?? '']
  return of.every((one) => one === '') ? '' : sha256(JSON.stringify(of)).slice(0, 16)
}

function bytesOf(parts: readonly AgentPart[]): number {
  return parts.reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0)
}

function answered(parts: readonly Part[]): AgentAnswer {
  const read = parts.map(partOf)
  if (bytesOf(read) <= maxBytes) return { kind: 'answered', parts: read }
  return { kind: 'ended', end: 'failed', words: `its answer is over ${maxBytes} bytes` }
}

function partOf({ content, filename, mediaType }: Part): AgentPart {
  switch (content?.$case) {
    case 'text':
      return { kind: 'text', text: content.value }
    case 'data':
      return { kind: 'data', data: (content.value ?? null) as Json } // reason: it was parsed from JSON
    default:
      return { kind: 'file', name: (filename || mediaType || 'without a name').slice(0, 200) }
  }
}

function wordsOf(parts: readonly Part[]): string {
  const texts = parts.flatMap(({ content }) => (content?.$case === 'text' ? [content.value] : []))
  return texts.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, maxWords)
}
