import { type HostLayer, mayRemember, type Policy } from '@ecp/policy'
import {
  type ActionKind,
  allMemoryTools,
  type Context,
  type Executor,
  executorsOf,
  type MemoryScope,
  type MemoryTool,
  memoryTarget,
  memoryToolName,
  memoryToolOf,
  memoryTools,
} from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { ActionRequest } from '../gate/request.ts'
import type { OfferedTool } from '../host.ts'
import type { Memory, MemoryLimits } from './memory.ts'
import { memoryDefinition } from './tool-definitions.ts'
import { chosenStore } from './wired-store.ts'

/** What holds where an executor's `memory` does not say. */
const defaults: MemoryLimits = { maxItems: 1_000, maxTokens: 8_000 }

export interface ExecutorMemoryOptions {
  readonly layers: readonly HostLayer[]
  readonly manifest: Context
  readonly memory: Pick<Memory, 'check'>
  policy(): Policy
}

export type MemoryKind = (typeof memoryTools)[MemoryTool]

/** An executor's memory as its Context declares it. */
export interface DeclaredMemory extends MemoryLimits {
  readonly scope: MemoryScope
}

/** The memory of the executors of one Context: which of them have one, at which store, and with which tools. */
export class ExecutorMemory {
  readonly #options: ExecutorMemoryOptions
  readonly #declared: ReadonlyMap<string, NonNullable<Executor['memory']>>
  readonly #store: string | undefined

  constructor(options: ExecutorMemoryOptions) {
    this.#options = options
    this.#declared = new Map(
      executorsOf(options.manifest).flatMap(({ name, executor }) =>
        executor.memory ? [[name, executor.memory] as const] : [],
      ),
    )
    this.#store = chosenStore(options.layers)
  }

  declared(executor: string): DeclaredMemory | undefined {
    const own = this.#declared.get(executor)
    if (!own) return undefined
    const { scope, maxItems = defaults.maxItems, maxTokens = defaults.maxTokens } = own
    return { scope, maxItems, maxTokens }
  }

  /** The memory tools that this executor could be allowed, held or proposed. */
  offered(executor: string): readonly OfferedTool[] {
    const own = this.#declared.get(executor)
    const store = this.#store
    if (!own || store === undefined) return []
    return allMemoryTools.flatMap((tool) => {
      const target = memoryTarget(store, own.scope, tool)
      if (!mayRemember(this.#options.policy(), executor, memoryTools[tool], target)) return []
      return [{ target: memoryToolName(tool), definition: memoryDefinition(tool, own.scope, own.description) }]
    })
  }

  /** A call of `ecp:memory/...` as the memory action that it is; anything else, and where there is no such memory, as it is. */
  asAction<K extends ActionKind>(request: ActionRequest<K>): ActionRequest<K | MemoryKind> {
    const tool = request.kind === 'tool.call' ? memoryToolOf(request.target) : undefined
    const own = this.#declared.get(request.executor)
    if (tool === undefined || !own || this.#store === undefined) return request
    return { ...request, kind: memoryTools[tool], target: memoryTarget(this.#store, own.scope, tool) }
  }

  /** Throws `host.refused` where an executor may use its memory, and no store is there for it. */
  check(executor: string): void {
    const own = this.#declared.get(executor)
    const { allowRead, allowWrite } = this.#options.policy().executors.get(executor)?.policies.value.memoryAccess ?? {}
    if (!own || !(allowRead || allowWrite)) return
    if (this.#store !== undefined) {
      this.#options.memory.check(this.#store)
      return
    }
    const message = `executor \`${executor}\` has a memory, and it is not said where: name a store of \`memory.stores\` in \`security.memory.allowStores\`, and as \`security.memory.defaultStore\` where there are several`
    throw new HostError('host.refused', message)
  }
}
