import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test } from 'vitest'
import { configYaml, contextYaml, openDesk } from './desk.ts'
import { program } from './program.ts'

test('the operator hears why a server does not start, without asking', async () => {
  using desk = openDesk()
  desk.write(
    'host.yaml',
    configYaml('files', process.execPath, ['-e', 'console.error("the disk is gone"); process.exit(3)']),
  )
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["files:*"] }'))
  const flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  const args = [program, 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags]
  const env = { HOME: desk.home, PATH: dirname(process.execPath) }
  const transport = new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env, stderr: 'pipe' })
  let said = ''
  transport.stderr?.on('data', (part) => {
    said += part
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport)
  await client.listTools()
  await client.close()
  expect(said).toMatch(/^ecp: files: failed: .*the disk is gone/m)
  expect(said).not.toContain('started')
})
