import { type Explained, HostError } from '@ecp/host'
import type { OperatorBoundary, OperatorClient, OperatorPermissions } from '@ecp/protocol'
import { operatorClients } from './clients.ts'
import type { OperatorDesk } from './operator-desk.ts'

/** What each executor that somebody who may connect acts as could do, by Context. */
export async function permissionsOf(desk: OperatorDesk): Promise<OperatorPermissions> {
  const clients = await operatorClients(desk)
  const byFile = Map.groupBy(clients, ({ context }) => context)
  const boundaries = [...byFile].map(async ([file, those]) => {
    const found = await explainedOf(desk, file)
    return [...Map.groupBy(those, ({ executor }) => executor)].map(([executor, acting]) =>
      boundaryOf(file, executor, acting.map(nameOf), found),
    )
  })
  return { boundaries: (await Promise.all(boundaries)).flat() }
}

type Found = Explained | { readonly fault: string }

async function explainedOf({ machine }: OperatorDesk, file: string): Promise<Found> {
  try {
    return await machine().explain(file)
  } catch (cause) {
    if (cause instanceof HostError) return { fault: cause.message }
    throw cause
  }
}

function boundaryOf(file: string, executor: string, clients: readonly string[], found: Found): OperatorBoundary {
  const nothing = { file, executor, clients, permissions: [], unpinned: [] }
  if ('fault' in found) return { ...nothing, fault: found.fault }
  const { context, executors, permissions, unpinned } = found
  if (!executors.includes(executor)) return { ...nothing, context, fault: `it has no executor \`${executor}\`` }
  return {
    ...nothing,
    context,
    permissions: permissions.filter((permission) => permission.executor === executor),
    unpinned: unpinned.get(executor) ?? [],
  }
}

function nameOf({ kind, name }: OperatorClient): string {
  return kind === 'issuer' ? `${name}/*` : name
}
