import { type Ground, groundsOf, unlistedTool } from '@ecp/host'
import type { ActionKind, Code, Decision } from '@ecp/protocol'
import type { Caller } from '../http/caller.ts'
import { knownTools } from './known-tools.ts'

/**
 * What of a decision the asking program is told: the effect, and codes with what can be done about them. Not the reasons'
 * own messages, layers and rules (file and line): they are the operator's, and a program that could read them could look for
 * the gap in them. It is no more than what an agent is told behind MCP.
 */
export interface ToldDecision {
  readonly effect: Decision['effect']
  readonly codes: Code[]
  readonly reasons: Ground[]
}

/** An action as it was asked for. */
export interface Asked {
  readonly kind: ActionKind
  readonly target: string
}

/** Told after it was decided: a decision may have been the first that asked the tool's server what it has. */
export function toldDecision(caller: Caller, { kind, target }: Asked, decision: Decision): ToldDecision {
  const { effect } = decision
  if (effect === 'allow') {
    return { effect, codes: [...new Set(decision.reasons.map(({ code }) => code))], reasons: [] }
  }
  const grounds = groundsOf(decision)
  if (effect === 'deny' && !mayKnow(caller, { kind, target }, grounds)) {
    const unlisted = unlistedOf(kind)
    return { effect, codes: [unlisted.code], reasons: [unlisted] }
  }
  return { effect, codes: grounds.map(({ code }) => code), reasons: [...grounds] }
}

/**
 * Whether the caller may know that there is such a target. Tools: those that it could be allowed to call. Of the rest:
 * whatever no ground speaks against by its name.
 */
function mayKnow(caller: Caller, { kind, target }: Asked, grounds: readonly Ground[]): boolean {
  if (kind === 'tool.call') return knownTools(caller).has(target)
  return !grounds.some(({ code }) => isAboutNames(code))
}

function isAboutNames(code: Code): boolean {
  return /^(host|context)\..*-(not-wired|not-allowed|not-supported|external)$/.test(code) || code === 'host.tool-denied'
}

/** The one answer for everything of a kind that the caller may not use, whether it exists or not. */
function unlistedOf(kind: ActionKind): Ground {
  switch (kind) {
    case 'resource.read':
    case 'prompt.get':
    case 'completion.get':
      return { code: 'context.resource-not-allowed', message: 'there is nothing of this name that you may read.' }
    case 'model.generate':
      return { code: 'host.model-not-allowed', message: 'there is no model of this name that you may use.' }
    case 'agent.delegate':
    case 'human.ask':
      return { code: 'context.delegate-not-allowed', message: 'there is nobody of this name whom you may ask.' }
    case 'memory.read':
    case 'memory.write':
      return { code: 'context.memory-not-allowed', message: 'there is no memory of this name that is open to you.' }
    default:
      return { code: unlistedTool.code, message: 'there is no tool of this name that you may call.' }
  }
}
