import { configPath, type LoadedConfig } from '@ecp/host'
import { type ClaimEntry, type GatewayClient, type Json, place } from '@ecp/protocol'

/** As what a client that the config names acts. */
export interface WiredClient {
  readonly kind: 'config' | 'issuer'
  /** Of the client, or of the issuer of many. */
  readonly name: string
  readonly context: string
  readonly executor: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly names: 'prefixed' | 'plain'
  /** file:line:column */
  readonly place: string
  /** What of an issuer's tokens is taken. */
  readonly token?: { readonly issuer: string; readonly claims: Readonly<Record<string, Json>> }
}

/** Everybody whom the config lets connect; whose token it cannot give is listed all the same. */
export function wiredClients(layers: LoadedConfig['layers'], home: string): readonly WiredClient[] {
  return layers.flatMap(({ document }) => {
    const { clients = {}, issuers = {} } = document.value.gateway ?? {}
    const acting = ({ context, executor, inputs = {}, names = 'prefixed' }: GatewayClient | ClaimEntry) => ({
      context: configPath(document.file, context, home),
      executor,
      inputs,
      names,
    })
    const ofConfig = Object.entries(clients).map(([name, client]) => ({
      kind: 'config' as const,
      name,
      ...acting(client),
      place: place(document.keyAt(['gateway', 'clients', name])),
    }))
    const ofIssuers = Object.entries(issuers).flatMap(([name, { issuer, as }]) =>
      as.map((entry, index) => ({
        kind: 'issuer' as const,
        name,
        ...acting(entry),
        place: place(document.at(['gateway', 'issuers', name, 'as', index])),
        token: { issuer, claims: entry.claims ?? {} },
      })),
    )
    return [...ofConfig, ...ofIssuers]
  })
}
