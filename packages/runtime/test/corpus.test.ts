import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Machine, type Models, newRunId, openMachine, playRecording, redecideRecorded } from '@ecp/host'
import { executorsOf, type Json, type LedgerRecord, parseContext, parseRecording } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { runContext } from '../src/index.ts'
import { corpus, manifestOf } from './corpus.ts'
import { comparable } from './same-records.ts'
import { decided } from './stage.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-corpus-')))
let machine: Machine
let playing: Models

beforeAll(async () => {
  for (const part of ['home', 'files']) mkdirSync(join(folder, part))
  cpSync(join(import.meta.dirname, 'corpus', 'data'), join(folder, 'files'), { recursive: true })
  const transport = { type: 'stdio', command: process.execPath, args: [filesystem, join(folder, 'files')] }
  writeFileSync(
    join(folder, 'ecp.config.yaml'),
    stringify({
      version: '0.5',
      models: { providers: { local: { defaultModel: 'm', config: { baseURL: 'http://127.0.0.1:9/v1' } } } },
      tools: { servers: { files: { transport } } },
      memory: { stores: { local: {} } },
      security: {
        models: { allowProviders: ['local'], defaultProviders: ['local'], allowedModels: { local: ['m'] } },
        tools: { allowServers: ['files'], allowContextDefault: true },
        memory: { allowStores: ['local'], defaultStore: 'local' },
      },
    }),
  )
  machine = await openMachine({
    cwd: folder,
    home: join(folder, 'home'),
    machineFile: join(folder, 'no-machine-config'),
    configFile: join(folder, 'ecp.config.yaml'),
    traceDir: join(folder, 'ledger'),
    env: { PATH: process.env.PATH },
    version: '0.0.0',
    models: () => ({
      generate: (...turn) => playing.generate(...turn),
      check: async () => {},
      close: async () => {},
    }),
  })
  // What is pinned on first use is so in the first of two runs as in the second.
  const host = await admitted('budgets', {}, newRunId(Date.now()))
  await host.observe('reader')
  await host.close()
})

afterAll(async () => {
  await machine.close()
  rmSync(folder, { recursive: true, force: true })
})

function admitted(name: string, inputs: Readonly<Record<string, Json>>, run: string) {
  const contextFile = join(folder, `${name}.yaml`)
  writeFileSync(contextFile, manifestOf(name))
  return machine.admit({ contextFile, inputs, client: 'ecp run', principal: 'tester', run })
}

async function played(name: string) {
  const { inputs = {}, turns = [] } = corpus(name)
  const { document, diagnostics } = parseRecording(stringify({ recording: 'ecp/v0.5', turns }), `${name}.run.yaml`)
  if (!document && turns.length > 0) throw new TypeError(diagnostics.map(({ message }) => message).join('; '))
  playing = playRecording(document?.value ?? { recording: 'ecp/v0.5', turns: [] }, `${name}.run.yaml`)
  const run = newRunId(Date.now())
  const host = await admitted(name, inputs, run)
  try {
    const result = await runContext({ host, run })
    const records: readonly LedgerRecord[] = [...machine.ledger.records(run)].map(({ record }) => record)
    return { ...result, records }
  } finally {
    await host.close()
  }
}

describe('manifests in the published form load, and run with their recordings', () => {
  test.each(corpus.names().map((name) => [name, corpus(name).shows]))('%s: %s', async (name) => {
    const { expect: wanted } = corpus(name)
    const { document, diagnostics } = parseContext(manifestOf(name), `${name}.yaml`)
    expect(diagnostics).toEqual([])
    expect(document).toBeDefined()
    if (wanted.refused) {
      const { refused, words = '' } = wanted
      const code = refused === true ? {} : { code: refused }
      await expect(played(name)).rejects.toMatchObject({ ...code, message: expect.stringContaining(words) })
      return
    }
    const first = await played(name)
    const { status, output, code, decided: decisions = [] } = wanted
    expect(first).toMatchObject({
      status,
      ...(output === undefined ? {} : { output }),
      ...(code ? { failure: { code } } : {}),
    })
    expect(decided(first)).toEqual(expect.arrayContaining([...decisions]))

    const second = await played(name)
    expect(comparable(second.records)).toEqual(comparable(first.records))
  })

  test('and the ledger that they leave verifies', () => {
    expect(machine.ledger.verify({ redecide: redecideRecorded }).faults).toEqual([])
  })
})

describe('the corpus leaves nothing of the form out', () => {
  const manifests = corpus.names().map((name) => parse(manifestOf(name)))
  const nodes = manifests.flatMap((manifest) => executorsOf(manifest))
  const all = (of: (manifest: Record<string, never>) => readonly unknown[]) => new Set(manifests.flatMap(of))

  test('there are at least 25, and every recording has its manifest', () => {
    expect(corpus.names().length).toBeGreaterThanOrEqual(25)
    expect(corpus.files()).toEqual(corpus.names().flatMap((name) => [`${name}.run.yaml`, `${name}.yaml`]))
  })

  test.each<[string, ReadonlySet<unknown>, readonly string[]]>([
    [
      'root form',
      all((one) => Object.keys(one)),
      ['orchestration', 'orchestrator', 'executors', 'schemas', 'inputs', 'outputs', 'triggers', 'plugins'],
    ],
    ['type of executor', new Set(nodes.map(({ type }) => type)), ['agent', 'tool', 'human']],
    ['strategy', new Set(nodes.map(({ strategy }) => strategy)), ['single', 'sequential', 'delegate', 'swarm']],
    [
      'stage',
      new Set(nodes.flatMap(({ executor }) => (executor.mounts ?? []).map(({ stage }) => stage))),
      ['seed', 'focus', 'deep'],
    ],
    [
      'policy',
      new Set(nodes.flatMap(({ executor }) => Object.keys(executor.policies ?? {}))),
      ['toolAccess', 'budgets', 'writeControls', 'resourceAccess', 'network', 'memoryAccess'],
    ],
    [
      'field of an executor',
      new Set(nodes.flatMap(({ executor }) => Object.keys(executor))),
      [
        'title',
        'description',
        'inputs',
        'inputSchema',
        'outputSchema',
        'outputSchemaRef',
        'outputs',
        'protocols',
        'model',
        'instructions',
        'mounts',
        'memory',
        'policies',
        'tool',
        'ask',
        'optional',
      ],
    ],
    [
      'kind of plugin',
      all(({ plugins = {} }) => entries(plugins).map(({ kind }) => kind)),
      ['provider', 'executor', 'logger', 'memory', 'tool'],
    ],
    [
      'source of a plugin',
      all(({ plugins = {} }) => entries(plugins).map(({ type }) => type)),
      ['builtin', 'npm', 'git', 'local'],
    ],
    [
      'trigger',
      all(({ triggers = [] }) => (triggers as readonly { readonly type: string }[]).map(({ type }) => type)),
      ['schedule', 'webhook', 'tool-event', 'manual'],
    ],
  ])('every %s', (_, found, wanted) => {
    expect([...found]).toEqual(expect.arrayContaining([...wanted]))
  })
})

interface Entry {
  readonly kind: string
  readonly type: string
}

function entries(
  plugins: { readonly [list in 'providers' | 'executors' | 'entries']?: readonly Entry[] },
): readonly Entry[] {
  return [...(plugins.providers ?? []), ...(plugins.executors ?? []), ...(plugins.entries ?? [])]
}
