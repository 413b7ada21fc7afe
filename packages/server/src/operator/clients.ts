import type { OperatorClient } from '@ecp/protocol'
import { Hono } from 'hono'
import { clientsFile, readClients, revokeClient } from '../credentials/clients-file.ts'
import { wiredClients } from '../credentials/wired-clients.ts'
import { ServerError } from '../error.ts'
import type { OperatorDesk, OperatorEnv } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'

/** Who may connect, and the end of one. */
export function clientRoutes(desk: OperatorDesk): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  app.get('/clients', async (c) => c.json({ clients: await operatorClients(desk) }))
  app.delete('/clients/:name', async (c) => {
    await ended(desk, c.req.param('name'))
    return c.body(null, 204)
  })
  return app
}

/** Everybody who may connect: by tokens that were added, by the config, by JWTs of its issuers, without a token. */
export async function operatorClients({ machine, anonymous, now }: OperatorDesk): Promise<readonly OperatorClient[]> {
  const { ledgerFile, config } = machine()
  const { clients } = await readClients(clientsFile(ledgerFile))
  const at = now()
  return [
    ...clients.map(({ tokenHash: _, ...client }) => {
      const { expiresAt, ...kept } = client
      const until = expiresAt === undefined ? {} : { expiresAt }
      return { kind: 'token' as const, ...kept, ...until, expired: expiresAt !== undefined && expiresAt <= at }
    }),
    ...wiredClients(config.layers, config.options.home),
    ...(anonymous ? [anonymousClient(anonymous)] : []),
  ]
}

function anonymousClient({ client, contextFile, executor, inputs, names }: NonNullable<OperatorDesk['anonymous']>) {
  return { kind: 'anonymous' as const, name: client, context: contextFile, executor, inputs, names }
}

async function ended(desk: OperatorDesk, name: string): Promise<void> {
  const found = (await operatorClients(desk)).filter((client) => client.name === name)
  if (found.length > 0 && !found.some(({ kind }) => kind === 'token')) {
    throw new OperatorError(409, 'client.wired', `\`${name}\` has no token of its own here: the config lets it connect`)
  }
  try {
    await revokeClient(clientsFile(desk.machine().ledgerFile), name)
  } catch (cause) {
    if (!(cause instanceof ServerError) || cause.code !== 'credentials.not-found') throw cause
    throw new OperatorError(404, 'client.unknown', 'there is no client of this name')
  }
  desk.log(`console: the token of client ${name} is over`)
}
