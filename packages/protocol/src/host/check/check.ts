import type { Fault } from '../../document/diagnostic.ts'
import type { Document } from '../../document/document.ts'
import type { HostConfig } from '../config.ts'
import { checkEndpoints } from './endpoints.ts'
import { checkGateway } from './gateway.ts'
import { checkModels } from './models.ts'
import { checkSecurity } from './security.ts'
import { checkServers } from './servers.ts'
import { checkUrls } from './urls.ts'

const checks: readonly ((config: HostConfig) => Iterable<Fault>)[] = [
  checkServers,
  checkModels,
  checkUrls,
  checkEndpoints,
  checkSecurity,
  checkGateway,
]

/**
 * What the schema cannot say of a host config and one document alone can tell. What needs all layers (whether a name is
 * wired, whether a layer redefines one) is for whoever joins them.
 */
export function* checkHostConfig(document: Document<HostConfig>): Iterable<Fault> {
  for (const check of checks) yield* check(document.value)
}
