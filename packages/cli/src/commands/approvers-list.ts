import { place } from '@ecp/protocol'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { isKeyHere } from '../approvers/key-file.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'

const head = ['approver', 'groups', 'signs with', 'key here', 'from']

/** Whose word counts on this machine, and which of their keys are here. */
export async function approversList(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common, home } = invocation
  const { layers } = await hostApprovers(invocation)
  const listed = layers.flatMap(({ layer, document }) =>
    Object.entries(document.value.security?.approvers ?? {}).map(
      ([name, { publicKey, passkeys = [], groups = [] }]) => ({
        name,
        groups,
        signsWith: [...(publicKey === undefined ? [] : ['key']), ...passkeys.map(({ rpId }) => `passkey (${rpId})`)],
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(passkeys.length === 0 ? {} : { passkeys }),
        keyHere: isKeyHere(home, name),
        layer,
        place: place(document.at(['security', 'approvers', name])),
      }),
    ),
  )
  if (common.json) terminal.out(JSON.stringify(listed, null, 2))
  else if (listed.length === 0)
    terminal.err('no approvers are configured: answers are unsigned; `ecp approvers add` makes a key')
  else {
    const rows = listed.map(({ name, groups, signsWith, keyHere, layer, place: at }): Cell[] => [
      { text: visible(name, 60), style: 'name' },
      { text: visible(groups.join(', '), 80) },
      { text: visible(signsWith.join(', '), 120) },
      { text: keyHere ? 'yes' : 'no' },
      { text: `${layer}: ${visible(at)}` },
    ])
    terminal.out(table({ head, rows }, terminal.paint, terminal.columns))
  }
  return exitCodes.done
}
