import { glob, type Reason } from '@ecp/protocol'
import { serverReasons } from '../host/servers.ts'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'
import { normalUri, uriGlob } from './uri.ts'

/**
 * Resources, prompts and completions of a server, target `server:uri` or `server:prompt`: the server as for tools, then the
 * executor's `resourceAccess`. A completion is allowed where what it completes is.
 */
export function resourceReasons(
  policy: Policy,
  executor: ExecutorView,
  kind: 'resource.read' | 'prompt.get' | 'completion.get',
  target: string,
): Reason[] {
  const colon = target.indexOf(':')
  const server = target.slice(0, Math.max(colon, 0))
  const name = target.slice(colon + 1)
  const found = [
    ...(kind === 'prompt.get' ? [] : matching(executor, 'allow', server, name)),
    ...(kind === 'resource.read' ? [] : matching(executor, 'prompts', server, name)),
  ]
  const reasons = serverReasons(policy, server)
  if (found.length > 0) return [...reasons, ...found]
  const message = `\`${target}\` fits no entry of \`resourceAccess\` of executor \`${executor.data.name}\``
  return [
    ...reasons,
    reason('context.resource-not-allowed', 'context', message, executor.policies.at('resourceAccess')),
  ]
}

function matching(executor: ExecutorView, list: 'allow' | 'prompts', server: string, name: string): Reason[] {
  const entries = executor.policies.value.resourceAccess?.[list] ?? []
  const uri = list === 'allow' ? normalUri(name) : name
  if (uri === undefined || uri === '') return []
  return entries.flatMap((pattern, index) => {
    const colon = pattern.indexOf(':')
    if (colon <= 0) return []
    const right = pattern.slice(colon + 1)
    const fits = list === 'allow' ? uriGlob(right) : glob(right)
    if (!glob(pattern.slice(0, colon))(server) || !fits(uri)) return []
    const message = `\`${server}:${name}\` fits \`${pattern}\``
    return [reason('context.resource-allowed', 'context', message, executor.policies.at('resourceAccess', list, index))]
  })
}
