import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@ecp/host'
import { parseContext } from '@ecp/protocol'
import { afterAll, expect, test } from 'vitest'
import { type InitAnswers, providerDefaults, providers, writeModes } from './answers.ts'
import { configText } from './config-text.ts'
import { contextText } from './context-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'ecp init '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const answers = (more: Partial<InitAnswers>): InitAnswers => ({
  agent: 'helper',
  provider: 'openai',
  ...providerDefaults.openai,
  tools: ['files', 'memory'],
  folder: 'my "notes"',
  writes: 'propose',
  ...more,
})
const choices = providers.map((provider) =>
  answers({
    provider,
    ...providerDefaults[provider],
    ...(provider === 'compatible' ? { model: 'a: b', baseUrl: 'http://127.0.0.1:1/v1', keyVariable: 'A_KEY' } : {}),
  }),
)

test.each([
  ...choices,
  ...writeModes.map((writes) => answers({ writes })),
  answers({ tools: [] }),
  answers({ tools: ['memory'], provider: 'none', ...providerDefaults.none }),
])('config and Context are sound for $provider, $tools, $writes', async (given) => {
  const configFile = join(folder, 'ecp.config.yaml')
  writeFileSync(configFile, configText(given, folder))
  const machineFile = join(folder, 'none')
  const { diagnostics, layers } = await loadConfig({ cwd: folder, home: folder, machineFile, configFile })
  expect(diagnostics).toEqual([])
  expect(Object.keys(layers[0]?.document.value.tools?.servers ?? {})).toEqual([...given.tools])
  const context = parseContext(contextText(given), 'helper.yaml')
  expect(context.diagnostics).toEqual([])
  expect(context.document?.value.executors).toMatchObject([{ name: 'helper', type: 'agent' }])
})

test('a server that is installed beside the configuration is used, and else one exact version of it', () => {
  const text = configText(answers({}), folder)
  expect(text).toMatch(/"-y", "@modelcontextprotocol\/server-filesystem@\d+\.\d+\.\d+", "my \\"notes\\""/)
  const here = configText(answers({}), import.meta.dirname)
  expect(here).toMatch(/command: node\n.*"(\.\.\/)+node_modules\/@modelcontextprotocol\/server-filesystem\/dist/)
})
