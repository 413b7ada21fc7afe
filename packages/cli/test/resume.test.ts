import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDesk, runConfigYaml } from './desk.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

test('a run that waits is listed, approved, resumed in another process and done; one that is cancelled stays so', {
  timeout: 120_000,
}, () => {
  using desk = openDesk()
  const data = join(desk.folder, 'data')
  mkdirSync(data)
  const target = join(data, 'new.txt')
  desk.write('ecp.config.yaml', runConfigYaml('files', [filesystem, data]))
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: held, version: 1.0.0 }
orchestration: { entrypoint: writer, strategy: single }
executors:
  - name: writer
    type: tool
    tool: { call: "files:write_file", args: { path: ${target}, content: written } }
    policies:
      toolAccess: { default: deny, allow: ["files:write_file"] }
      writeControls: { requireApprovalFor: ["files:write_file"] }
`,
  )
  const ecp = (...args: string[]) => desk.ecp(...args, '--config', 'ecp.config.yaml')
  const first = ecp('run', 'context.yaml', '--json')
  expect(first.status, first.stderr).toBe(4)
  const { run, waiting } = JSON.parse(first.stdout)
  expect(first.stderr).toContain(`ecp resume ${run}`)
  const listed = JSON.parse(ecp('runs', 'list', '--json').stdout)
  const approval = waiting[0].approval
  expect(listed).toMatchObject([{ run, state: 'waiting', approvals: [approval], isResumable: true }])

  expect(ecp('approvals', 'approve', approval).status).toBe(0)
  const second = ecp('resume', 'last')
  expect(second.status, second.stderr).toBe(0)
  expect(readFileSync(target, 'utf8')).toBe('written')
  // What it came to can be read again.
  expect(ecp('runs', 'show', run).stdout).toContain('completed')
  expect(ecp('runs', 'show', run).stdout.endsWith(`\n\n${second.stdout}`)).toBe(true)
  expect(JSON.parse(ecp('runs', 'show', run, '--json').stdout)).toMatchObject({ output: expect.anything() })

  const other = JSON.parse(ecp('run', 'context.yaml', '--json').stdout)
  expect(ecp('cancel', other.run)).toMatchObject({ status: 0, stderr: expect.stringContaining('has ended: cancelled') })
  const over = ecp('resume', other.run)
  expect(over).toMatchObject({ status: 3, stderr: expect.stringContaining('`ecp runs show') })
  expect(ecp('runs', 'show', other.run).stdout).toContain('cancelled')
  expect(ecp('trace', 'verify').status).toBe(0)
})
