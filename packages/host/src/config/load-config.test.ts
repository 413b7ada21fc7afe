import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig, refuseInvalid } from './load-config.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ecp-config-'))
  await mkdir(join(root, 'work'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const files = { machine: 'etc/config.yaml', user: 'home/.ecp/config.yaml', project: 'work/ecp.config.yaml' } as const
const put = async (name: string, text: string) => {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}
const load = (more: { configFile?: string } = {}) =>
  loadConfig({ cwd: join(root, 'work'), home: join(root, 'home'), machineFile: join(root, files.machine), ...more })
/** Loads layers that are given as text, `version` left out. */
const loadLayers = async (layers: Partial<Record<keyof typeof files, string>>) => {
  for (const [layer, text] of Object.entries(layers))
    await put(files[layer as keyof typeof files], `version: "0.5"\n${text}`) // reason: keys of the parameter's type
  return load()
}
const faults = ({ diagnostics }: Awaited<ReturnType<typeof load>>) =>
  diagnostics.map(({ severity, code, message, range, nearest }) => ({
    text: `${severity} ${code} ${message.replaceAll(root, '')}`,
    at: `${range.file.slice(root.length + 1)}:${range.line}`,
    ...(nearest === undefined ? {} : { nearest }),
  }))

describe('loadConfig finds', () => {
  it('no config at all: an error that says how to make one', async () => {
    await expect(load()).rejects.toMatchObject({
      code: 'host.no-config',
      message: expect.stringMatching(/etc\/config\.yaml.*\.ecp\/config\.yaml.*ecp\.config\.yaml.*`ecp config init`/),
    })
  })

  it('no layer relative to wherever the process happens to be', async () => {
    await expect(loadConfig({ cwd: root, home: '' })).rejects.toMatchObject({ code: 'host.refused' })
  })

  it('the layers from the outermost inwards, and says where it looked', async () => {
    const loaded = await loadLayers({ machine: '', user: '', project: '' })
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.layers.map(({ layer }) => layer)).toEqual(['machine', 'user', 'project'])
    expect(
      loaded.files.map(({ layer, path, exists, discovered }) => [
        layer,
        path.slice(root.length + 1),
        exists,
        discovered,
      ]),
    ).toEqual([
      ['machine', files.machine, true, false],
      ['user', files.user, true, false],
      ['project', files.project, true, true],
      ['project', 'work/ecp.config.json', false, true],
    ])
    expect([...loaded.texts.values()]).toEqual(Array(3).fill('version: "0.5"\n'))
  })

  it('ecp.config.json, and refuses both beside each other', async () => {
    await put('work/ecp.config.json', '{"version": "0.5"}')
    expect((await load()).layers.map(({ document }) => document.file)).toEqual([join(root, 'work/ecp.config.json')])
    const both = await loadLayers({ project: '' })
    expect(both.layers).toEqual([])
    expect(faults(both)[0]?.text).toMatch(/^error syntax .*ecp\.config\.yaml` stands beside it/)
  })

  it('the file that --config names in place of the discovered one; it must be there', async () => {
    await put('work/sub/mine.yaml', 'version: "0.5"')
    await put(files.project, 'not: even: yaml')
    await put(files.machine, 'version: "0.5"')
    const loaded = await load({ configFile: 'sub/mine.yaml' })
    expect(loaded.layers.map(({ document }) => document.file)).toEqual([
      join(root, files.machine),
      join(root, 'work/sub/mine.yaml'),
    ])
    expect(loaded.files.at(-1)).toMatchObject({ discovered: false, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(faults(await load({ configFile: 'gone.yaml' }))[0]?.text).toMatch(/gone\.yaml` is not there$/)
  })

  it('the machine layer whatever the environment says', async () => {
    process.env.ECP_MACHINE_CONFIG = '/dev/null'
    try {
      const loaded = await loadLayers({ machine: 'security: { tools: { deny: ["*:*"] } }', project: '' })
      expect(loaded.layers[0]?.document.value.security?.tools?.deny).toEqual(['*:*'])
    } finally {
      delete process.env.ECP_MACHINE_CONFIG
    }
  })
})

describe('loadConfig passes over no file that is there', () => {
  const cases: Record<string, [why: RegExp, make: (path: string) => Promise<unknown> | unknown]> = {
    'a folder': [/is not a file|EISDIR/, (path) => mkdir(path)],
    'a named pipe': [/is not a file/, (path) => execFileSync('mkfifo', [path])],
    'a link that leads nowhere': [/cannot be read \(ENOENT\)/, (path) => symlink('nowhere', path)],
    'a link to itself': [/cannot be read \(ELOOP\)/, (path) => symlink(path, path)],
    'no UTF-8': [/is not UTF-8/, (path) => writeFile(path, Buffer.from([0x76, 0xff, 0xfe]))],
    'two megabytes': [/at most 1000000 are read/, (path) => writeFile(path, ' '.repeat(2_000_000))],
  }
  for (const layer of ['machine', 'user', 'project'] as const) {
    it.each(Object.entries(cases))(`${layer}: %s`, async (_, [why, make]) => {
      const path = await put(files[layer], '')
      await rm(path)
      await make(path)
      const loaded = await load()
      expect(loaded.layers).toEqual([])
      expect(faults(loaded)).toEqual([{ text: expect.stringMatching(why), at: `${files[layer]}:1` }])
    })
  }

  it('a file that may not be read', async () => {
    await chmod(await put(files.user, 'version: "0.5"'), 0)
    if (process.getuid?.() === 0) return
    expect(faults(await load())[0]?.text).toMatch(/cannot be read \(EACCES\)/)
  })

  it('a file where a folder should be', async () => {
    await put('home/.ecp', '')
    expect(faults(await load())[0]?.text).toMatch(/cannot be read \(ENOTDIR\)/)
  })

  it('a file whose ending is not read', async () => {
    await put('home/.ecp/config.yml', 'version: "0.5"')
    expect(faults(await load())[0]?.text).toMatch(/is not there, but `.*config\.yml` is, which is not read: rename it/)
  })

  it('a document with faults: then there are no layers at all, and every fault is told', async () => {
    const loaded = await loadLayers({
      machine: 'securty: {}',
      user: 'security: { tools: { allowServers: jira } }',
      project: '',
    })
    expect(loaded.layers).toEqual([])
    expect(faults(loaded).map(({ at }) => at)).toEqual([`${files.machine}:2`, `${files.user}:2`])
    expect(() => refuseInvalid(loaded.diagnostics)).toThrow(expect.objectContaining({ code: 'host.document-invalid' }))
  })
})

const wiring = {
  provider: 'models: { providers: { x: { defaultModel: m } } }',
  server: 'tools: { servers: { x: { transport: { type: external } } } }',
  endpoint: 'agents: { endpoints: { x: "https://a.example" } }',
  executor: 'executors: { instances: { x: {} } }',
  store: 'memory: { stores: { x: {} } }',
  logger: 'loggers: { config: { x: {} } }',
  install: 'plugins: { installs: { x: { source: { type: npm, spec: p }, pluginKind: logger } } }',
  '`secrets`': 'secrets: { policy: warn }',
  '`gateway`': 'gateway: { runWindow: 1d }',
  '`ledger`': 'ledger: { retention: 1d }',
  '`security.approvers`': 'security: { approvers: { x: { publicKey: k } } }',
}

describe('a name that is wired in one layer', () => {
  it.each(Object.entries(wiring))('cannot be wired again below it: %s', async (what, text) => {
    for (const [outer, inner] of [
      ['machine', 'user'],
      ['machine', 'project'],
      ['user', 'project'],
    ] as const) {
      await rm(join(root, 'etc'), { recursive: true, force: true })
      await rm(join(root, 'home'), { recursive: true, force: true })
      const loaded = await loadLayers({ [outer]: text, [inner]: `# two\n${text}` })
      const found = faults(loaded).filter(({ text }) => text.includes('already'))
      expect(found).toEqual([
        {
          text: expect.stringMatching(
            new RegExp(`^error layer ${what}.* is wired by the ${outer} layer already \\(/${files[outer]}:2:\\d+\\)`),
          ),
          at: `${files[inner]}:3`,
        },
      ])
      expect(() => refuseInvalid(loaded.diagnostics)).toThrow(expect.objectContaining({ code: 'host.layer-conflict' }))
    }
  })

  it('can be wired once in each layer under different names', async () => {
    const loaded = await loadLayers({
      machine: 'models: { providers: { a: { defaultModel: m } } }',
      user: 'models: { providers: { b: { defaultModel: m } } }',
      project: 'models: { providers: { c: { defaultModel: m } } }',
    })
    expect(loaded.diagnostics).toEqual([])
  })
})

describe('where and how long budgets count', () => {
  const says = { ledger: 'ledger: { path: ./mine.db }', 'gateway.runWindow': 'gateway: { runWindow: 500ms }' }

  it.each(Object.entries(says))('is not for a project below another layer to say: %s', async (what, text) => {
    for (const outer of ['machine', 'user'] as const) {
      await rm(join(root, 'etc'), { recursive: true, force: true })
      await rm(join(root, 'home'), { recursive: true, force: true })
      const loaded = await loadLayers({ [outer]: '', project: text })
      expect(faults(loaded)).toEqual([
        { text: expect.stringContaining(`error layer \`${what}\` is set by a project`), at: `${files.project}:2` },
      ])
    }
  })

  it.each(Object.entries(says))('is the project’s own where there is no outer layer: %s', async (_what, text) => {
    expect(faults(await loadLayers({ project: text }))).toEqual([])
  })
})

describe('who else is told of approvals', () => {
  const text =
    'gateway: { approvals: { webhooks: { mine: { url: "https://mine.example", secret: { provider: dot.env, key: k } } } } }'

  it('is not for a project below another layer to say', async () => {
    expect(faults(await loadLayers({ user: '', project: text }))).toEqual([
      {
        text: expect.stringContaining('error layer `gateway.approvals.webhooks` is set by a project'),
        at: `${files.project}:2`,
      },
    ])
  })

  it('is the project’s own where there is no outer layer', async () => {
    expect(faults(await loadLayers({ project: text }))).toEqual([])
  })
})

describe('for whom runs start by themselves', () => {
  const text = 'gateway: { runs: { brief: { context: brief.yaml, principal: ada } } }'

  it('is not for a project below another layer to say', async () => {
    expect(faults(await loadLayers({ user: '', project: text }))).toEqual([
      {
        text: expect.stringContaining('error layer `gateway.runs.brief.principal` is set by a project'),
        at: `${files.project}:2`,
      },
    ])
  })

  it('is the project’s own where there is no outer layer', async () => {
    expect(faults(await loadLayers({ project: text }))).toEqual([])
  })

  it('is the user of `ecp serve` otherwise, for a project below another layer, too', async () => {
    const project = 'gateway: { runs: { brief: { context: brief.yaml } } }'
    expect(faults(await loadLayers({ user: '', project }))).toEqual([])
  })
})

describe('servers of a project', () => {
  it.each([
    ['no outer layer', {}, undefined],
    [
      'an outer layer that says nothing',
      { user: '' },
      /no outer layer \(.*user.*\) sets|no outer layer \(.*config\.yaml\) sets/,
    ],
    [
      'an outer layer without allowProjectServers',
      { user: 'security: { tools: {} }' },
      /the user layer's `security.tools` \(.*:2:\d+\) does not set/,
    ],
    ['false', { machine: 'security: { tools: { allowProjectServers: false } }' }, /the machine layer/],
    ['true', { machine: 'security: { tools: { allowProjectServers: true } }' }, undefined],
    ['sandboxed', { machine: 'security: { tools: { allowProjectServers: sandboxed } }' }, undefined],
    [
      'true, and no',
      { machine: 'security: { tools: { allowProjectServers: true } }', user: 'security: { tools: {} }' },
      /the user layer/,
    ],
    ['true, and nothing', { machine: 'security: { tools: { allowProjectServers: true } }', user: '' }, undefined],
  ])('%s', async (_, outer, refused) => {
    const loaded = await loadLayers({ ...outer, project: wiring.server })
    expect(faults(loaded)).toEqual(refused ? [{ text: expect.stringMatching(refused), at: `${files.project}:2` }] : [])
  })
})

describe('lists of security', () => {
  const servers = 'tools: { servers: { files: { transport: { type: external } } } }'
  it.each([
    ['tools: { allowServers: [fils] }', /no layer wires a server `fils`/, 'files'],
    ['tools: { allowSampling: [files2] }', /no layer wires a server `files2`/, 'files'],
    ['tools: { allowElicitation: [fles] }', /no layer wires a server `fles`/, 'files'],
    ['tools: { allow: ["fils:*"] }', /no layer wires a server `fils`/, 'files'],
    ['tools: { deny: ["fils:delete_*"] }', /^warning advice no layer wires a server `fils`/, 'files'],
    ['writes: { requireApprovalFor: ["fils:*"] }', /^warning advice no layer wires a server `fils`/, 'files'],
    ['plugins: { denyIds: [fils] }', /^warning advice no layer wires a plugin `fils`/, 'files'],
    ['plugins: { allowIds: [opnai] }', /no layer wires a provider, executor, logger, store, install `opnai`/, 'openai'],
    [
      'models: { allowProviders: [opnai], allowedModels: { opnai: [m] } }',
      /no layer wires a provider `opnai`/,
      'openai',
    ],
    ['agents: { allowEndpoints: [other] }', /endpoint `other`/, undefined],
    ['executors: { allowExecutors: [other] }', /executor `other`/, undefined],
    ['memory: { allowStores: [other] }', /store `other`/, undefined],
    ['loggers: { allowEnable: [other] }', /logger `other`/, undefined],
    [
      'models: { allowProviders: [openai], allowedModels: { openai: [gpt-4] } }',
      /model `gpt-4` is not one that `openai` supports \(\/etc\/config.yaml:3:\d+\)/,
      'gpt-5',
    ],
    [
      'models: { defaultProviders: [openai] }',
      /`openai` is a default and not in `security.models.allowProviders` of the user layer/,
      undefined,
    ],
    ['memory: { defaultStore: notes }', /`notes` is a default and not in `security.memory.allowStores`/, undefined],
    ['writes: { approval: { approvers: [opps] } }', /approver or group `opps`/, 'ops'],
  ])('%s', async (security, message, nearest) => {
    const machine = `${servers}\nmodels: { providers: { openai: { defaultModel: gpt-5 } } }\nsecurity: { approvers: { ann: { publicKey: k, groups: [ops] } } }`
    const loaded = await loadLayers({ machine, user: `memory: { stores: { notes: {} } }\nsecurity:\n  ${security}` })
    const [found, ...others] = faults(loaded)
    expect(found?.text).toMatch(message)
    expect(found?.at).toBe(`${files.user}:4`)
    expect(found?.nearest).toBe(nearest)
    expect(others.filter(({ text }) => !text.includes('opnai'))).toEqual([])
  })

  it('a passkey whose public key is none, or of a kind that passkeys do not have here', async () => {
    const spki = (pair: { publicKey: KeyObject }) =>
      pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url')
    const good = spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
    const wrong = [good.replace('MFkw', 'MFkx'), spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }))]
    const entry = (id: string, publicKey: string) =>
      `\n        - { id: ${id.repeat(24)}, publicKey: ${publicKey}, rpId: localhost, origins: ["http://localhost:1"] }`
    const loaded = await loadLayers({
      user: `security:\n  approvers:\n    ann:\n      passkeys:${entry('A', good)}${wrong.map((key, at) => entry('BC'.charAt(at), key)).join('')}`,
    })
    expect(faults(loaded)).toEqual([
      { text: expect.stringContaining('no public key that a passkey of `ann`'), at: `${files.user}:7` },
      { text: expect.stringContaining('no public key that a passkey of `ann`'), at: `${files.user}:8` },
    ])
  })

  it('take what any layer wires, and a default that some layer does not allow is an error', async () => {
    const user = 'security: { loggers: { allowEnable: [file], defaultEnable: [file] } }'
    const project = 'loggers: { config: { file: {} } }'
    expect(faults(await loadLayers({ user, project }))).toEqual([])
    const loaded = await loadLayers({ machine: 'security: { loggers: { allowEnable: [] } }', user, project })
    expect(faults(loaded)).toEqual([
      {
        text: expect.stringMatching(
          /`file` is a default and not in .* of the machine layer \(\/etc\/config.yaml:2:\d+\)/,
        ),
        at: `${files.user}:2`,
      },
    ])
  })
})
