import type { Host } from '@ecp/host'
import { executorsOf } from '@ecp/protocol'
import { checkReady } from './check-ready.ts'
import { refuseUnsupported } from './unsupported.ts'

/**
 * For whoever starts runs later: throws now what `runContext` would throw then. `run.unsupported` for what this version cannot do,
 * and `HostError` for a model or a memory that could not be used.
 */
export async function refuseUnready(host: Host): Promise<void> {
  const nodes = executorsOf(host.manifest)
  refuseUnsupported(host.manifest, nodes, (executor) => host.runsElsewhere(executor))
  await checkReady(host, nodes)
}
