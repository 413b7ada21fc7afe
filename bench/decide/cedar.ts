import { type EntityUidJson, preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { type Engine, executor, type PolicyShape } from './engine.ts'

const principal: EntityUidJson = { type: 'Executor', id: executor }
const action: EntityUidJson = { type: 'Action', id: 'tool.call' }

/** Cedar in WebAssembly, with the policy set parsed once. */
export const cedar: Engine = {
  load(shape, asked) {
    const answer = preparsePolicySet('bench', { staticPolicies: policies(shape) })
    if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
    const calls = asked.map(({ tool, amount, note }) => ({
      principal,
      action,
      resource: { type: 'Tool', id: tool },
      context: { args: { amount, note } },
      preparsedPolicySetId: 'bench',
      entities: [],
    }))
    return (question) => {
      const call = calls[question]
      if (!call) return false
      const result = statefulIsAuthorized(call)
      return result.type === 'success' && result.response.decision === 'allow'
    }
  },
}

function policies(shape: PolicyShape): Record<string, string> {
  return Object.fromEntries(
    shape.tools.map((tool) => {
      const condition = tool === shape.asked ? ` when { context.args.amount <= ${shape.limit} }` : ''
      const scope = `principal == Executor::"${executor}", action == Action::"tool.call", resource == Tool::"${tool}"`
      return [tool, `permit(${scope})${condition};`]
    }),
  )
}
