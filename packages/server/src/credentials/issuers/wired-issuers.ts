import { configPath, type LoadedConfig } from '@ecp/host'
import type { ClaimEntry, IssuerWiring, JsonObject } from '@ecp/protocol'
import type { NameStyle } from '../../mcp/exposure.ts'

/** An entry of `as`, with what it leaves out. */
export interface ActingEntry extends Pick<ClaimEntry, 'claims'> {
  /** Absolute. */
  readonly context: string
  readonly executor: string
  readonly inputs: JsonObject
  readonly names: NameStyle
}

/** An issuer of `gateway.issuers`. */
export interface WiredIssuer {
  readonly name: string
  readonly wiring: IssuerWiring
  readonly entries: readonly ActingEntry[]
}

/** The issuers that the layers of a config wire. */
export function wiredIssuers({ layers, options }: Pick<LoadedConfig, 'layers' | 'options'>): readonly WiredIssuer[] {
  return layers.flatMap(({ document }) =>
    Object.entries(document.value.gateway?.issuers ?? {}).map(([name, wiring]) => ({
      name,
      wiring,
      entries: wiring.as.map(({ claims, context, executor, inputs = {}, names = 'prefixed' }) => ({
        ...(claims ? { claims } : {}),
        context: configPath(document.file, context, options.home),
        executor,
        inputs,
        names,
      })),
    })),
  )
}
