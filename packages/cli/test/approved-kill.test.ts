import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { compiled, configYaml, contextYaml, openDesk } from './desk.ts'
import { program } from './program.ts'

// The moments that nobody chose; packages/host/test/kill-approved.test.ts has each step by name.
const witness = fixtureProgram('witness-server')
/** Milliseconds between the answer and kill -9 of `ecp mcp`. More rounds with `ECP_KILLS`. */
const moments = Array.from({ length: Number(process.env.ECP_KILLS ?? 3) }, (_, round) => (round * 7) % 60)

test('kill -9 of ecp mcp after a person has approved: the write happens once, or its end is unknown, never twice', {
  timeout: 60_000 + moments.length * 30_000,
}, async () => {
  using desk = openDesk()
  const heard = join(desk.folder, 'heard.jsonl')
  const flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  desk.write(
    'host.yaml',
    `${configYaml('witness', process.execPath, [witness, heard])}gateway: { approvals: { wait: 1ms } }\n`,
  )
  desk.write(
    'assistant.yaml',
    contextYaml(
      '{ default: deny, allow: ["witness:*"] }\n      writeControls: { requireApprovalFor: ["witness:write"] }',
    ),
  )
  const connect = async () => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const args = [program, 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags]
    const env = { HOME: desk.home, PATH: dirname(process.execPath), ...compiled }
    const transport = new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env })
    await client.connect(transport)
    await client.listTools()
    return { client, pid: transport.pid ?? 0 }
  }
  const call = (client: Client, n: number) => client.callTool({ name: 'witness__write', arguments: { n } })
  let mcp = await connect()
  for (const [n, ms] of moments.entries()) {
    const held = await call(mcp.client, n)
    const facts = held._meta?.['ecp/decision'] as { approvalId: string } // reason: the facts of a held call
    expect(desk.ecp('approvals', 'approve', facts.approvalId, ...flags).status).toBe(0)
    const dying = call(mcp.client, n).catch(() => undefined)
    await pause(ms) // the moment is what is tried, and nothing waits for it
    process.kill(mcp.pid, 'SIGKILL')
    await dying
    await mcp.client.close()
    mcp = await connect()
    const again = await call(mcp.client, n)
    const times = heardOf(heard, n)
    expect(times).toBeLessThanOrEqual(1)
    // Whoever calls again and gets no result is asked for a person's word anew: the old one is used.
    if (again.isError) expect(JSON.stringify(again._meta)).toContain('write.needs-approval')
    else expect(times).toBe(1)
  }
  await mcp.client.close()
  expect(desk.ecp('trace', 'verify', ...flags).status).toBe(0)
  const used = JSON.parse(desk.ecp('approvals', 'list', '--state', 'used', '--json', ...flags).stdout)
  expect(used).toHaveLength(moments.length)
})

function heardOf(file: string, n: number): number {
  if (!existsSync(file)) return 0
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"tool":"write"') && line.includes(`{"n":${n}}`)).length
}
