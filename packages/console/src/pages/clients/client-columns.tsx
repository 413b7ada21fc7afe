import type { OperatorClient } from '@ecp/protocol'
import { Badge } from '../../parts/badge.tsx'
import type { Column } from '../../parts/table.tsx'
import { Ago, Left } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'

/** `revoke` asks about the client that somebody wants gone. */
export function clientColumns(revoke: (client: OperatorClient) => void): readonly Column<OperatorClient>[] {
  return [
    {
      key: 'name',
      head: 'Client',
      cell: ({ name }) => (
        <strong>
          <Inert text={name} />
        </strong>
      ),
    },
    {
      key: 'as',
      head: 'Acts as',
      cell: ({ executor, context, inputs }) => (
        <>
          <Inert text={executor} />
          <div className="quiet">
            <Inert text={context} />
          </div>
          {Object.keys(inputs).length > 0 && (
            <div className="mono quiet">
              <Inert text={JSON.stringify(inputs)} />
            </div>
          )}
        </>
      ),
    },
    { key: 'through', head: 'Comes with', cell: (client) => <Through client={client} /> },
    {
      key: 'revoke',
      head: 'End it',
      cell: (client) =>
        client.kind === 'token' ? (
          <button type="button" className="danger" onClick={() => revoke(client)}>
            Revoke<span className="unseen"> {client.name}</span>
          </button>
        ) : (
          <span className="quiet">{elsewhere[client.kind]}</span>
        ),
    },
  ]
}

const elsewhere: Readonly<Record<Exclude<OperatorClient['kind'], 'token'>, string>> = {
  config: 'edit the config, at the place beside this',
  issuer: 'edit the config, at the place beside this',
  anonymous: 'start `ecp serve` without letting everybody in',
}

/** What it shows when it comes, since when, and until when. */
function Through({ client }: { readonly client: OperatorClient }) {
  switch (client.kind) {
    case 'token':
      return (
        <>
          a token, made <Ago at={client.createdAt} />
          {client.expiresAt !== undefined && !client.expired && (
            <div className="quiet">
              <Left until={client.expiresAt} />
            </div>
          )}
          {client.expired && (
            <div>
              <Badge tone="quiet">expired</Badge>
            </div>
          )}
        </>
      )
    case 'config':
    case 'issuer':
      return (
        <>
          {client.kind === 'config' ? 'a token that the config names' : 'a token of an issuer'}
          {client.token && (
            <div className="quiet">
              <Inert text={client.token.issuer} /> <Inert text={JSON.stringify(client.token.claims)} />
            </div>
          )}
          <div className="mono quiet">
            <Inert text={client.place} />
          </div>
        </>
      )
    case 'anonymous':
      return 'nothing: everybody who reaches this address'
  }
}
