import {
  type Artifact,
  type Message,
  type Part,
  type StreamResponse,
  type Task,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk'
import type { Json } from '@ecp/protocol'
import type { AgentAnswer, AgentEnd, AgentPart } from './agents.ts'

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

/** What an agent has said of one task so far: the answer is read from it once it has ended. */
export class TaskView {
  #message: Message | undefined
  #id: string | undefined
  #status: TaskStatus | undefined
  #artifacts = new Map<string, Artifact>()

  /** The task's id, once the agent has named it: it can be asked about and cancelled from then on. */
  get id(): string | undefined {
    return this.#id
  }

  /** Takes in one event. Those of another task are none of this one's. */
  heard({ payload }: StreamResponse): void {
    switch (payload?.$case) {
      case 'message':
        this.#message = payload.value
        break
      case 'task':
        this.seen(payload.value)
        break
      case 'statusUpdate':
        if (payload.value.taskId === this.#id) this.#status = payload.value.status
        break
      case 'artifactUpdate': {
        const { taskId, artifact, append } = payload.value
        if (taskId !== this.#id || !artifact) break
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
    this.#status = task.status
    this.#artifacts = new Map(task.artifacts.map((artifact) => [artifact.artifactId, artifact]))
  }

  /** What came of it; undefined while it goes on. */
  answer(): AgentAnswer | undefined {
    if (this.#message) return answered(this.#message.parts)
    const state = this.#status?.state
    const said = this.#status?.message?.parts ?? []
    if (state === TaskState.TASK_STATE_COMPLETED) {
      const made = [...this.#artifacts.values()].flatMap(({ parts }) => parts)
      return answered(made.length > 0 ? made : said)
    }
    const end = state === undefined ? undefined : ends.get(state)
    return end && { kind: 'ended', end, words: wordsOf(said) }
  }
}

function answered(parts: readonly Part[]): AgentAnswer {
  const read = parts.map(partOf)
  const bytes = read.reduce((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0)
  if (bytes <= maxBytes) return { kind: 'answered', parts: read }
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
