import { clientsFile, readClients, type TokenClient, type WiredClient, wiredClients } from '@ecp/server'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { layersIfAny, ledgerPath } from '../open-ledger.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible, visibleJson } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'

const head = ['client', 'token', 'expires', 'executor', 'context']

type Listed = (Omit<TokenClient, 'tokenHash'> & { readonly kind: 'token'; readonly expired: boolean }) | WiredClient

/** Who may connect to `ecp serve`, as what, and how long. */
export async function clientsList(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common, home, now } = invocation
  const file = clientsFile(await ledgerPath(invocation))
  const { clients } = await readClients(file)
  const at = now()
  const listed: readonly Listed[] = [
    ...clients.map(({ tokenHash: _, ...client }) => {
      const expired = client.expiresAt !== undefined && client.expiresAt <= at
      return { kind: 'token' as const, ...client, expired }
    }),
    ...wiredClients(await layersIfAny(invocation), home),
  ]
  if (common.json) terminal.out(JSON.stringify(listed, null, 2))
  else if (listed.length === 0) terminal.err(`nobody may connect: \`ecp clients add\` lets somebody (${visible(file)})`)
  else terminal.out(table({ head, rows: listed.map(row) }, terminal.paint, terminal.columns))
  return exitCodes.done
}

function row(client: Listed): Cell[] {
  const inputs = Object.keys(client.inputs).length === 0 ? '' : ` ${visibleJson(client.inputs, 80)}`
  return [
    { text: visible(client.kind === 'issuer' ? `${client.name}/*` : client.name, 60), style: 'name' },
    { text: kindOf(client) },
    expiry(client),
    { text: visible(client.executor, 40) },
    { text: visible(client.context) + inputs },
  ]
}

function kindOf(client: Listed): string {
  switch (client.kind) {
    case 'token':
      return 'ecp clients add'
    case 'config':
      return `config ${visible(client.place)}`
    case 'issuer': {
      const claims =
        Object.keys(client.token?.claims ?? {}).length === 0 ? '' : ` ${visibleJson(client.token?.claims, 80)}`
      return `JWT of ${visible(client.token?.issuer ?? '', 80)}${claims}`
    }
  }
}

function expiry(client: Listed): Cell {
  if (client.kind !== 'token' || client.expiresAt === undefined)
    return { text: client.kind === 'issuer' ? 'as it says' : 'never' }
  const at = moment(client.expiresAt).slice(0, 19)
  return client.expired ? { text: `${at} (over)`, style: 'bad' } : { text: at }
}
