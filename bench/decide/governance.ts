import { PolicyEngine, type PolicyRule } from '@microsoft/agent-governance-sdk'
import { type Engine, executor } from './engine.ts'

/** The rich policies of the Agent Governance SDK: rules with conditions as text, all of them looked at. */
export const governance: Engine = {
  load(shape, asked) {
    const engine = new PolicyEngine()
    const rules = shape.tools.map((tool): PolicyRule => {
      const condition = tool === shape.asked ? ` and args.amount <= ${shape.limit}` : ''
      return { name: tool, condition: `tool == '${tool}'${condition}`, ruleAction: 'allow' }
    })
    engine.loadPolicy({ name: 'bench', agent: executor, rules, default_action: 'deny' })
    const contexts = asked.map(({ tool, amount, note }) => ({ tool, args: { amount, note } }))
    return (question) => engine.evaluatePolicy(executor, contexts[question] ?? {}).allowed
  },
}

/**
 * Its older flat rules: the first that fits by name answers. Their conditions only know equality, so the limit is not
 * `args.amount <= 500` here but a fact that the caller has worked out already.
 */
export const governanceFlat: Engine = {
  load(shape, asked) {
    const rules = shape.tools.map(
      (tool): PolicyRule => ({
        action: tool,
        effect: 'allow',
        ...(tool === shape.asked ? { condition: { withinLimit: true } } : {}),
      }),
    )
    const engine = new PolicyEngine(rules)
    const contexts = asked.map(({ amount, note }) => ({ amount, note, withinLimit: amount <= shape.limit }))
    return (question) => engine.evaluate(asked[question]?.tool ?? '', contexts[question]) === 'allow'
  },
}
