import { type Action, isJsonObject, type JsonObject } from '@ecp/protocol'
import type { ServerRequest } from '../servers/servers.ts'
import { asking } from './ask.ts'
import type { GateOptions } from './gate.ts'
import type { PerformOptions } from './request.ts'
import { splitTarget } from './target.ts'

/** How many tasks are known at once; the oldest is forgotten, and then is one like any other that does not exist. */
const maxTasks = 10_000

interface Task {
  readonly server: string
  readonly tool: string
  readonly action: Action
}

/** Which server works on a task, for tasks that actions of this Gate created (MCP tasks, both revisions). */
export class Tasks {
  readonly #options: GateOptions
  readonly #tasks = new Map<string, Task>()

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Looks whether a result is a task's beginning: `{task: {taskId}}` (2025-11-25) or `{resultType: 'task', taskId}`. */
  created(result: JsonObject, action: Action): void {
    const { task, resultType, taskId } = result
    const id = isJsonObject(task) ? task.taskId : resultType === 'task' ? taskId : undefined
    if (typeof id !== 'string') return
    const { server, tool } = splitTarget(action.target)
    // A server that names another one's task gets nothing: the first stays.
    if (this.#tasks.has(id)) return
    this.#tasks.set(id, { server, tool, action })
    const oldest = this.#tasks.size > maxTasks ? this.#tasks.keys().next().value : undefined
    if (oldest !== undefined) this.#tasks.delete(oldest)
  }

  async followUp(taskId: string, request: ServerRequest, performing: PerformOptions): Promise<JsonObject | undefined> {
    const task = this.#tasks.get(taskId)
    if (!task) return undefined
    const { signal, session, onProgress, onNotification } = performing
    const { redactor, servers, timeoutMs } = this.#options
    const result = await servers.request(
      task.server,
      { method: request.method, params: redactor.json(request.params) },
      {
        signal: signal ?? new AbortController().signal,
        timeoutMs: timeoutMs(task.server, task.tool),
        ...(session ? { session } : {}),
        // What the task asks on its way comes while its result is waited for (MCP 2025-11-25, input_required).
        ...(performing.ask ? { ask: asking(this.#options, task.action, performing) } : {}),
        ...(onProgress ? { onProgress: (params: JsonObject) => onProgress(redactor.json(params)) } : {}),
        ...(onNotification
          ? { onNotification: (method: string, params: JsonObject) => onNotification(method, redactor.json(params)) }
          : {}),
      },
    )
    return redactor.json(result)
  }
}
