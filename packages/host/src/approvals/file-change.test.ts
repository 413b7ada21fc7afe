import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { type Action, type Json, parseHostConfig } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { fileChange } from './file-change.ts'

const config = `version: "0.5"
tools:
  servers:
    files: { transport: { type: stdio, command: node } }
    far: { transport: { type: http, url: "https://mcp.example.com" } }
`

/** A folder with a file in it, and the change that a call would make of a path there. */
function world() {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-change-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'note.txt')
  writeFileSync(path, 'old\n')
  const { document } = parseHostConfig(config, join(folder, 'ecp.config.yaml'))
  if (!document) throw new TypeError('the config is one')
  const layers: readonly HostLayer[] = [{ layer: 'project', document }]
  const looked = (args: Json, target = 'files:write_file') =>
    fileChange({ kind: 'tool.call', target, arguments: args } as Action, layers) // reason: only these of it are looked at
  return { path, looked }
}

test('what a call would make of a file that it names by where it is', async () => {
  const { path, looked } = world()
  expect(await looked({ path, content: 'new\n' })).toEqual({
    change: { path, before: 'old\n', after: 'new\n', faults: [] },
  })
  expect(await looked({ path, edits: [{ oldText: 'old', newText: 'new' }] })).toMatchObject({
    change: { before: 'old\n', after: 'new\n' },
  })
  expect(await looked({ path, content: 'new\n' }, 'far:write_file')).toBeUndefined()
})

test('a relative path is none that can be looked at: the server takes it from a folder that only it knows', async () => {
  const { looked } = world()
  // A file of that name stands where this process and the config are: it is not the one that would be written.
  for (const path of ['note.txt', './note.txt', '../note.txt', 'package.json']) {
    expect(await looked({ path, content: 'new\n' })).toEqual({
      why: `\`${path}\` is relative, and only the server knows to which folder: it cannot be compared here`,
    })
  }
})
