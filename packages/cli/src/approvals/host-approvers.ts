import { type Approvers, approversOf, type LoadedConfig } from '@ecp/host'
import type { Invocation } from '../invocation.ts'
import { layersIfAny } from '../open-ledger.ts'

export interface HostApprovers {
  readonly layers: LoadedConfig['layers']
  readonly approvers: Approvers
}

/** Whose word counts on this machine. */
export async function hostApprovers(invocation: Invocation): Promise<HostApprovers> {
  const layers = await layersIfAny(invocation)
  return { layers, approvers: approversOf(layers) }
}
