// Makes a ledger with so many pending approvals (argv[3]), as an agent that asks for them does, and measures how long reading
// them takes. `HostOptions` as JSON in argv[2]. Prints an `Inbox`.
import { type HostOptions, openHost } from '@ecp/host'
import { allApprovals, openSqliteLedger } from '@ecp/ledger'
import type { Inbox } from './inbox.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions // reason: from the figure
const count = Number(process.argv[3])
const together = 250

const host = await openHost(options)
for (let first = 0; first < count; first += together) {
  const asked = Array.from({ length: Math.min(together, count - first) }, (_, index) => {
    const args = { id: `item-${first + index}`, amount: index }
    return host.gate.perform({
      kind: 'tool.call',
      target: 'bench:write_item',
      arguments: args,
      executor: 'held',
      origin: 'gateway',
    })
  })
  const answers = await Promise.all(asked)
  if (answers.some(({ outcome }) => outcome.status !== 'pending')) throw new Error('not all of them are held')
}
await host.close()

const ledger = openSqliteLedger({ file: `${options.traceDir}/ledger.db`, readOnly: true })
const timed = (read: () => number): number => {
  const before = performance.now()
  const found = read()
  if (found === 0) throw new Error('nothing was read')
  return performance.now() - before
}
const all = () => [...allApprovals(ledger, { kind: 'hold', state: 'pending' })].length
const page = () => ledger.approvals({ kind: 'hold', state: 'pending', limit: 50 }).length
const found = all()
if (found !== count) throw new Error(`${found} approvals are pending, not ${count}`)
console.log(JSON.stringify({ all: timed(all), page: timed(page) } satisfies Inbox))
ledger.close()
