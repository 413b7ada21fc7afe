import { decide, type Policy } from '@ecp/policy'
import {
  type Action,
  type Catalogue,
  type Code,
  type Context,
  codes,
  type Document,
  type Executor,
  executorsOf,
  type Json,
  type Path,
  type Reason,
  type SourceRange,
} from '@ecp/protocol'

/** Something that a Context asks for and the host would not let happen, whatever the arguments are. */
export interface Refusal {
  /** Where the Context asks for it. */
  readonly range: SourceRange
  readonly executor: string
  readonly target: string
  readonly reasons: readonly Reason[]
}

interface Wish {
  readonly kind: Action['kind']
  readonly target: string
  readonly path: Path
}

/**
 * What the host would refuse of the things that a Context names: the servers and tools on its allow lists, in its mounts
 * and tool executors, and the models of its agents. Decided by the policy itself, as if every tool were pinned.
 */
export function hostRefusals(context: Document<Context>, policy: Policy): readonly Refusal[] {
  const seen = new Set<string>()
  return executorsOf(context.value).flatMap(({ executor, path }) =>
    wishesOf(executor, path).flatMap(({ kind, target, path: at }): Refusal[] => {
      const key = JSON.stringify([executor.name, kind, target])
      if (seen.has(key)) return []
      seen.add(key)
      const reasons = decide(policy, pinned(target), {}, action(context, executor.name, kind, target)).reasons
      const against = reasons.filter(({ code }) => isHostDeny(code))
      return against.length === 0 ? [] : [{ range: context.at(at), executor: executor.name, target, reasons: against }]
    }),
  )
}

function wishesOf(executor: Executor, path: Path): Wish[] {
  const wishes: Wish[] = []
  const tool = (target: string, at: Path) => {
    // Memory is no server: what the host says of it is not about tools.
    if (target.startsWith('ecp:')) return
    // A glob over servers asks for those that there are, and so never for one that is missing.
    if (!target.slice(0, target.indexOf(':')).includes('*')) wishes.push({ kind: 'tool.call', target, path: at })
  }
  executor.policies?.toolAccess?.allow?.forEach((rule, index) => {
    tool(typeof rule === 'string' ? rule : rule.tool, [...path, 'policies', 'toolAccess', 'allow', index])
  })
  executor.mounts?.forEach(({ from }, index) => {
    tool(`${from.server}:${from.tool}`, [...path, 'mounts', index, 'from'])
  })
  if (executor.tool) tool(executor.tool.call, [...path, 'tool', 'call'])
  const { model } = executor
  if (model?.name !== undefined) {
    const provider = typeof model.provider === 'string' ? model.provider : model.provider.name
    wishes.push({ kind: 'model.generate', target: `${provider}/${model.name}`, path: [...path, 'model'] })
  }
  return wishes
}

function isHostDeny(code: Code): boolean {
  // What is refused only because counters were not read here, or for want of arguments, is none of the host's lists.
  return code.startsWith('host.') && code !== 'host.frozen' && codes[code] === 'deny'
}

function pinned(target: string): Catalogue {
  const definition = { name: target.slice(target.indexOf(':') + 1), inputSchema: {} }
  return { tools: { [target]: { definition, digest: '' } } }
}

function action({ value }: Document<Context>, executor: string, kind: Action['kind'], target: string): Action {
  const none: Json = {}
  return {
    id: 'validate',
    key: 'validate',
    kind,
    target,
    arguments: none,
    size: 2,
    digest: '',
    attempt: 1,
    origin: 'operator',
    run: '',
    executor,
    principal: '',
    context: { name: value.metadata.name, version: value.metadata.version, digest: '' },
    at: 0,
  }
}
