import { HostError, type PerformOptions } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'

type Asked = Parameters<NonNullable<PerformOptions['ask']>>[0]

/**
 * Throws `client.cannot` for what a client did not declare that it can be asked (MCP, ClientCapabilities; both revisions).
 * An `elicitation` that names no mode means forms, as it did before there were modes.
 */
export function refuseUndeclared({ method, params }: Asked, declared: JsonObject): void {
  const missing = missingCapability(method, params, declared)
  if (missing === undefined) return
  throw new HostError('client.cannot', `\`${method}\` was asked of a client that did not declare \`${missing}\``)
}

function missingCapability(method: string, params: JsonObject, declared: JsonObject): string | undefined {
  const { sampling, elicitation, roots } = declared
  switch (method) {
    case 'sampling/createMessage': {
      if (!isJsonObject(sampling)) return 'sampling'
      const needsTools = params.tools !== undefined || params.toolChoice !== undefined
      return needsTools && sampling.tools === undefined ? 'sampling.tools' : undefined
    }
    case 'elicitation/create': {
      if (!isJsonObject(elicitation)) return 'elicitation'
      if (params.mode === 'url') return elicitation.url === undefined ? 'elicitation.url' : undefined
      return elicitation.form === undefined && elicitation.url !== undefined ? 'elicitation.form' : undefined
    }
    case 'roots/list':
      return roots === undefined ? 'roots' : undefined
    default:
      return method
  }
}
