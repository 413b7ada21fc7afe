import { randomUUID } from 'node:crypto'
import {
  type CallToolResult,
  type InputRequests,
  type McpServer,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { declared } from './declared.ts'
import type { Arguments, CreatedTask } from './tool.ts'

const extension = 'io.modelcontextprotocol/tasks'

/** What a task may do while it runs. */
export interface Running {
  readonly signal: AbortSignal
  /** Waits until the client has answered every one of these. */
  readonly ask: (requests: InputRequests) => Promise<Arguments>
}

interface Task {
  readonly cancel: AbortController
  readonly state: Record<string, unknown>
  open: InputRequests
  readonly answers: Record<string, unknown>
  answered: () => void
}

/** The tasks extension (SEP-2663), which the SDK carries and leaves to the server. */
export class Tasks {
  readonly #tasks = new Map<string, Task>()

  /** Begins a task; it can be asked for as soon as this returns. */
  start(work: (running: Running) => Promise<CallToolResult>): CreatedTask {
    const now = new Date().toISOString()
    const base = {
      taskId: randomUUID(),
      status: 'working',
      createdAt: now,
      lastUpdatedAt: now,
      ttlMs: 60_000,
      pollIntervalMs: 200,
    }
    const task: Task = { cancel: new AbortController(), state: { ...base }, open: {}, answers: {}, answered() {} }
    this.#tasks.set(base.taskId, task)
    const { signal } = task.cancel
    const settle = (state: Record<string, unknown>) =>
      this.#update(task, signal.aborted ? { status: 'cancelled' } : state)
    work({ signal, ask: (requests) => this.#ask(task, requests) }).then(
      (result) => settle({ status: 'completed', result }),
      (error) => settle({ status: 'failed', error: { code: ProtocolErrorCode.InternalError, message: String(error) } }),
    )
    return { resultType: 'task', ...base }
  }

  /** Answers tasks/get, tasks/update and tasks/cancel, to clients that know the extension. */
  offer(server: McpServer): void {
    const named = z.looseObject({ taskId: z.string() })
    server.server.registerCapabilities({ extensions: { [extension]: {} } })
    server.server.setRequestHandler('tasks/get', { params: named }, ({ taskId }, context) => {
      const { state, open } = this.#find(taskId, context)
      return { ...state, ...(state.status === 'input_required' ? { inputRequests: open } : {}) }
    })
    const update = named.extend({ inputResponses: z.record(z.string(), z.unknown()).optional() })
    server.server.setRequestHandler('tasks/update', { params: update }, ({ taskId, inputResponses }, context) => {
      const task = this.#find(taskId, context)
      const answers = Object.entries({ ...inputResponses, ...context.mcpReq.inputResponses })
      for (const [key, answer] of answers.filter(([key]) => key in task.open)) {
        task.answers[key] = answer
        delete task.open[key]
      }
      if (Object.keys(task.open).length === 0) task.answered()
      return {}
    })
    server.server.setRequestHandler('tasks/cancel', { params: named }, ({ taskId }, context) => {
      const task = this.#find(taskId, context)
      task.cancel.abort()
      if (task.state.status === 'input_required') this.#update(task, { status: 'cancelled' })
      return {}
    })
  }

  #ask(task: Task, requests: InputRequests): Promise<Arguments> {
    task.open = { ...requests }
    this.#update(task, { status: 'input_required' })
    return new Promise((resolve) => {
      task.answered = () => {
        this.#update(task, { status: 'working' })
        resolve(task.answers)
      }
    })
  }

  #update({ state }: Task, change: Readonly<Record<string, unknown>>): void {
    Object.assign(state, change, { lastUpdatedAt: new Date().toISOString() })
  }

  #find(taskId: string, context: ServerContext): Task {
    requireExtension(context)
    const task = this.#tasks.get(taskId)
    if (!task) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'there is no such task')
    return task
  }
}

/** Whether the client of this request can be given a task for an answer. */
export const knowsTasks = (context: ServerContext): boolean => extension in (declared(context).extensions ?? {})

/** Throws the error of the protocol that says what is missing. */
export function requireExtension(context: ServerContext): void {
  if (knowsTasks(context)) return
  throw new MissingRequiredClientCapabilityError(
    { requiredCapabilities: { extensions: { [extension]: {} } } },
    'this needs the tasks extension',
  )
}
