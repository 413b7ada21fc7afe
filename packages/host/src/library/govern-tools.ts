import type { Origin } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { decidable } from './decidable.ts'
import { type AuthorizingGate, take } from './lease-holder.ts'

// reason for `never`: whatever an `execute` takes, it is one of these
type Execute = (input: never, options: never) => unknown

/** What is looked at of a tool of the AI SDK (`ai` 7, `Tool`): by its shape, so that the host does not need that package. */
export interface GovernableTool {
  readonly execute?: Execute | undefined
  readonly isProviderExecuted?: boolean | undefined
}

export interface GovernOptions {
  /** The `external` server of the host's config whose tools these are: tool `x` is decided about as `server:x`. */
  readonly server: string
  readonly executor: string
  /** Who wants the calls; missing: the model. */
  readonly origin?: Origin
}

/**
 * The same tools, each of which runs only when the Gate allows it: with exactly the arguments that were decided, and its
 * outcome on record before anybody gets its result. A refused call throws `action.refused`, whose message an AI SDK model
 * reads as the tool's error; one whose outcome cannot be recorded throws `action.unknown`; what the tool itself throws is
 * recorded as failed (or cancelled, where the call's abort signal fired) and thrown on.
 *
 * A tool whose `execute` is an `async function*` goes on streaming; where it is another function that returns an
 * `AsyncIterable`, only the last of its values is given. Throws `tools.ungovernable`, naming the tool, for one that
 * is executed elsewhere (no `execute`, by the provider, or by bringing in others): nothing could be enforced there.
 */
export function governTools<T extends Readonly<Record<string, GovernableTool>>>(
  tools: T,
  gate: AuthorizingGate,
  options: GovernOptions,
): T {
  const governed = Object.entries(tools).map(([name, tool]) => [name, governedTool(name, tool, gate, options)])
  return Object.fromEntries(governed) as T // reason: each tool is the one it was, but for when it runs
}

function governedTool(name: string, tool: GovernableTool, gate: AuthorizingGate, options: GovernOptions) {
  const target = `${options.server}:${name}`
  const execute = executeOf(name, tool)
  const { executor, origin = 'model' } = options

  const begin = async (input: unknown, signal: AbortSignal | undefined) => {
    const given = decidable(input, target)
    signal?.throwIfAborted()
    const lease = await take(gate, { kind: 'tool.call', target, arguments: given, executor, origin }, name)
    // Fresh for the tool: what it does to its arguments is nobody else's.
    return { given, lease }
  }

  async function once(input: unknown, call?: CallOptions): Promise<unknown> {
    const signal = call?.abortSignal
    const { given, lease } = await begin(input, signal)
    let result: unknown
    try {
      signal?.throwIfAborted()
      result = await last(execute(given, call))
    } catch (cause) {
      await lease.ended(signal?.aborted ? 'cancelled' : 'failed', cause)
      throw cause
    }
    await lease.completed(result)
    return result
  }

  async function* streaming(input: unknown, call?: CallOptions): AsyncGenerator<unknown> {
    const signal = call?.abortSignal
    const { given, lease } = await begin(input, signal)
    let isOver = false
    let result: unknown
    try {
      signal?.throwIfAborted()
      for await (const value of execute(given, call) as AsyncIterable<unknown>) {
        // reason for `as`: only async generator functions come here
        result = value
        yield value
      }
      isOver = true
    } catch (cause) {
      isOver = true
      await lease.ended(signal?.aborted ? 'cancelled' : 'failed', cause)
      throw cause
    } finally {
      if (!isOver) await lease.ended('cancelled', 'whoever asked stopped listening')
    }
    await lease.completed(result)
  }

  const value = isGenerator(tool.execute) ? streaming : once
  return Object.create(Object.getPrototypeOf(tool), {
    ...Object.getOwnPropertyDescriptors(tool),
    execute: { value, enumerable: true, writable: true, configurable: true },
  })
}

interface CallOptions {
  readonly abortSignal?: AbortSignal
}

/** The tool's own function, called as its method. Throws `tools.ungovernable`. */
function executeOf(name: string, tool: GovernableTool): (input: unknown, call?: CallOptions) => unknown {
  const { execute } = tool
  const elsewhere =
    tool.isProviderExecuted === true
      ? 'its provider executes it'
      : 'experimental_toolCaller' in tool
        ? 'it calls other tools by itself'
        : typeof execute !== 'function'
          ? 'it has no `execute`'
          : undefined
  if (elsewhere !== undefined || !execute) {
    const text = `tool \`${name}\` cannot be governed here: ${elsewhere}; leave it out of what is given to \`governTools\``
    throw new HostError('tools.ungovernable', text)
  }
  return (input, call) => Reflect.apply(execute, tool, [input, call])
}

function isGenerator(execute: Execute | undefined): boolean {
  return Object.prototype.toString.call(execute) === '[object AsyncGeneratorFunction]'
}

/** What a tool gives in the end, if it gives several values one after another. */
async function last(given: unknown): Promise<unknown> {
  const result = await given
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result
  let value: unknown
  for await (const one of result as AsyncIterable<unknown>) value = one // reason: it has Symbol.asyncIterator
  return value
}
