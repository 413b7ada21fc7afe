// One round, in a process of its own: real MCP clients of `ecp mcp`, and a person who answers in the ledger as `ecp approvals`
// does. Prints a `HeldRound`.
import { join } from 'node:path'
import { openSqliteLedger } from '@ecp/ledger'
import { Client } from '@modelcontextprotocol/client'
import type { EcpFiles } from '../harness/ecp-files.ts'
import { quantile } from '../harness/statistics.ts'
import { transportTo } from '../harness/transport.ts'
import { type HeldExecutor, writeHeldFiles } from './held-files.ts'
import type { HeldOptions, HeldRound, Times } from './held-round.ts'

const { command, calls } = JSON.parse(process.argv[2] ?? '{}') as HeldOptions // reason: from the figure
const warming = Math.ceil(calls / 5)
const answered = await whileWaiting()
console.log(JSON.stringify({ answered, ...(await beforeCalling()) } satisfies HeldRound))

async function whileWaiting(): Promise<Times> {
  const files = writeHeldFiles('60s')
  const client = await connect(files, 'held')
  using person = personAt(files)
  const samples: number[] = []
  for (let n = 0; n < warming + calls; n += 1) {
    const said = Promise.withResolvers<number>()
    const result = write(client, n, (id) => {
      person.approve(id).then(() => said.resolve(performance.now()), said.reject)
    })
    const { isError } = await result
    const ended = performance.now()
    if (isError) throw new Error('it was approved, and not performed')
    if (n >= warming) samples.push(ended - (await said.promise))
  }
  await client.close()
  files.remove()
  return timesOf(samples)
}

async function beforeCalling(): Promise<Pick<HeldRound, 'approved' | 'open'>> {
  const files = writeHeldFiles('1ms')
  const [held, open] = [await connect(files, 'held'), await connect(files, 'open')]
  using person = personAt(files)
  const samples = { approved: [] as number[], open: [] as number[] }
  for (let n = 0; n < warming + calls; n += 1) {
    const { _meta } = await write(held, n)
    const facts = _meta?.['ecp/decision'] as { approvalId: string } | undefined // reason: the facts of a held call
    if (!facts) throw new Error('the call is not held')
    await person.approve(facts.approvalId)
    const approved = await timed(() => write(held, n))
    const opened = await timed(() => write(open, n))
    if (n < warming) continue
    samples.approved.push(approved)
    samples.open.push(opened)
  }
  await Promise.all([held.close(), open.close()])
  files.remove()
  return { approved: timesOf(samples.approved), open: timesOf(samples.open) }
}

async function connect({ context, place, environment }: EcpFiles, executor: HeldExecutor): Promise<Client> {
  const args = [command, 'mcp', '--context', context, '--executor', executor, ...place]
  const { transport } = transportTo({ transport: 'stdio', command: process.execPath, args, env: environment })
  const client = new Client({ name: 'bench-client', version: '1.0.0' })
  await client.connect(transport)
  await client.listTools()
  return client
}

function write(client: Client, n: number, onWaiting?: (id: string) => void) {
  const called = { name: 'bench__write_item', arguments: { id: `item-${n}`, amount: n % 500 } }
  if (!onWaiting) return client.callTool(called)
  const onprogress = ({ message = '' }: { message?: string | undefined }) => {
    const [, id] = /\(([0-9a-f-]{36})\)/.exec(message) ?? []
    if (id !== undefined) onWaiting(id)
  }
  return client.callTool(called, { onprogress })
}

async function timed(call: () => ReturnType<typeof write>): Promise<number> {
  const before = performance.now()
  const { isError } = await call()
  const after = performance.now()
  if (isError) throw new Error('it was not performed')
  return after - before
}

/** Somebody who approves; with no approvers configured the answers are unsigned. */
function personAt({ folder }: EcpFiles) {
  const ledger = openSqliteLedger({ file: join(folder, 'ledger', 'ledger.db') })
  return {
    approve: (approval: string) => {
      const at = Date.now()
      const said = { approval, answer: 'approve', by: 'bench', proof: { kind: 'unsigned' } } as const
      return ledger.answerApproval(at, { ...said, nonce: approval, expiresAt: at + 60_000 })
    },
    [Symbol.dispose]: () => ledger.close(),
  }
}

function timesOf(samples: readonly number[]): Times {
  const sorted = Float64Array.from(samples)
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
}
