import type { HostLayer } from '@ecp/policy'
import { parseHostConfig } from '@ecp/protocol'
import { describe, expect, it } from 'vitest'
import { effectiveConfig } from './effective.ts'
import { effectiveJson, effectiveText } from './effective-text.ts'

const files = {
  machine: '/etc/ecp/config.yaml',
  user: '/home/ann/.ecp/config.yaml',
  project: '/home/ann/work/ecp.config.yaml',
}
const layersOf = (texts: Partial<Record<keyof typeof files, string>>): HostLayer[] =>
  (['machine', 'user', 'project'] as const).flatMap((layer) => {
    const text = texts[layer]
    if (text === undefined) return []
    const { document, diagnostics } = parseHostConfig(`version: "0.5"\n${text.trimStart()}`, files[layer])
    if (!document) throw new Error(JSON.stringify(diagnostics))
    return [{ layer, document }]
  })
const text = (texts: Parameters<typeof layersOf>[0]) =>
  effectiveText(effectiveConfig({ layers: layersOf(texts) }), { cwd: '/home/ann/work', home: '/home/ann' })
const line = (texts: Parameters<typeof layersOf>[0], path: string) =>
  effectiveConfig({ layers: layersOf(texts) })
    .filter((line) => line.path.join('.').startsWith(path))
    .map(({ path, value, sources, note }) => ({
      path: path.join('.'),
      value,
      from: sources.map(({ layer, range }) => `${layer}:${range.line}`).join(' '),
      ...(note === undefined ? {} : { note }),
    }))

describe('effectiveConfig', () => {
  it('marks what is built in', () => {
    expect(text({ user: '' })).toMatchInlineSnapshot(`
      "version: "0.5"  # user ~/.ecp/config.yaml:1:1
      secrets:
        policy: warn  # built-in
        providers:
          dot.env:
            path: ./.env  # built-in: in the working folder
      gateway:
        runWindow: 1d  # built-in
      ledger:
        path: ~/.ecp/ledger  # built-in
      security:
        models:
          allowProviders: []  # built-in: nothing is allowed, as no layer names the area
        tools:
          allowServers: []  # built-in: nothing is allowed, as no layer names the area
          allow: ["*:*"]  # built-in: no narrowing beyond allowServers
          deny: []  # built-in
          allowProjectServers: false  # built-in
          allowContextDefault: false  # built-in
          allowSampling: []  # built-in: nothing is allowed, as no layer names the area
          allowElicitation: []  # built-in: nothing is allowed, as no layer names the area
        agents:
          allowEndpoints: []  # built-in: nothing is allowed, as no layer names the area
        executors:
          allowExecutors: []  # built-in: nothing is allowed, as no layer names the area
        memory:
          allowStores: []  # built-in: nothing is allowed, as no layer names the area
        loggers:
          allowEnable: []  # built-in: nothing is allowed, as no layer names the area
        secrets:
          allowProviders: []  # built-in: nothing is allowed, as no layer names the area
        plugins:
          allowSourceTypes:
            - builtin  # built-in: what ships with ecp, as its own area allows; nothing else
        writes:
          mode: execute-if-allowed  # built-in: no floor
          requireApprovalFor: []  # built-in
          approval:
            expiresAfter: 24h  # built-in
            quorum: 1  # built-in
        approvers: {}  # built-in: answers are taken from the local operator, unsigned
        budgets:
          defaults:
            maxToolCalls: 200  # built-in
            maxRuntimeSeconds: 3600  # built-in
            maxModelTokens: 2000000  # built-in
        network:  # built-in: public addresses, over https only
          allowPrivateAddresses: false  # built-in
      "
    `)
  })

  it('says of each line which layers made it so', () => {
    expect(
      text({
        machine: `
security:
  tools: { allowServers: [files, jira], deny: ["*:delete_*"], allowProjectServers: true }
  writes: { mode: propose-only, requireApprovalFor: ["*:*"], approval: { expiresAfter: 1h, quorum: 2 } }
  budgets: { perRun: { maxToolCalls: 100 }, defaults: { maxToolCalls: 50 } }
  secrets: { allowProviders: [process.env] }
`,
        user: `
tools:
  servers:
    files:
      transport: { type: stdio, command: npx, args: ["-y", "server"], env: { MODE: "x" } }
      credentials:
        bindings: [{ name: TOKEN, source: { provider: process.env, key: FILES_TOKEN } }]
    jira: { transport: { type: external }, sandbox: "off" }
security:
  tools: { allowServers: [files], allow: ["files:*"], allowProjectServers: true }
  budgets: { perRun: { maxToolCalls: 200, maxCostUsd: 1.5 } }
`,
        project: `
tools: { servers: { own: { transport: { type: external } } } }
security:
  tools: { allowServers: [files, own], allow: ["*:read_*"] }
  writes: { mode: forbid }
  network: { allowDomains: [a.example] }
`,
      }),
    ).toMatchInlineSnapshot(`
      "version: "0.5"  # machine /etc/ecp/config.yaml:1:1, user ~/.ecp/config.yaml:1:1, project ./ecp.config.yaml:1:1
      tools:
        servers:
          files:
            transport:
              type: stdio  # user ~/.ecp/config.yaml:5:20
              command: npx  # user ~/.ecp/config.yaml:5:33
              args:
                - -y  # user ~/.ecp/config.yaml:5:54
                - server  # user ~/.ecp/config.yaml:5:60
              env:
                MODE: (not shown)  # user ~/.ecp/config.yaml:5:78
            credentials:
              bindings:
                - name: TOKEN  # user ~/.ecp/config.yaml:7:22
                  source:
                    provider: process.env  # user ~/.ecp/config.yaml:7:45
                    key: FILES_TOKEN  # user ~/.ecp/config.yaml:7:68
            trustAnnotations: true  # built-in
            sandbox: preferred  # built-in
          jira:
            transport:
              type: external  # user ~/.ecp/config.yaml:8:26
            sandbox: off  # user ~/.ecp/config.yaml:8:44
            trustAnnotations: true  # built-in
          own:
            transport:
              type: external  # project ./ecp.config.yaml:2:41
            trustAnnotations: true  # built-in
      secrets:
        policy: warn  # built-in
        providers:
          dot.env:
            path: ./.env  # built-in: in the working folder
      gateway:
        runWindow: 1d  # built-in
      ledger:
        path: ~/.ecp/ledger  # built-in
      security:
        models:
          allowProviders: []  # built-in: nothing is allowed, as no layer names the area
        tools:
          allowServers:  # machine /etc/ecp/config.yaml:3:12, user ~/.ecp/config.yaml:10:12, project ./ecp.config.yaml:4:12, not \`jira\`, which is not listed by: user, project
            - files  # machine /etc/ecp/config.yaml:3:27, user ~/.ecp/config.yaml:10:27, project ./ecp.config.yaml:4:27
            - own  # machine /etc/ecp/config.yaml:3:63, user ~/.ecp/config.yaml:10:55, project ./ecp.config.yaml:4:34
          allow:  # user ~/.ecp/config.yaml:10:35, project ./ecp.config.yaml:4:40, a tool must fit a pattern of each layer
            user:
              - files:*  # user ~/.ecp/config.yaml:10:43
            project:
              - "*:read_*"  # project ./ecp.config.yaml:4:48
          deny:
            - "*:delete_*"  # machine /etc/ecp/config.yaml:3:48
          allowProjectServers: true  # machine /etc/ecp/config.yaml:3:63, user ~/.ecp/config.yaml:10:55
          allowContextDefault: false  # built-in
          allowSampling: []  # machine /etc/ecp/config.yaml:3:3, user ~/.ecp/config.yaml:10:3, project ./ecp.config.yaml:4:3
          allowElicitation: []  # machine /etc/ecp/config.yaml:3:3, user ~/.ecp/config.yaml:10:3, project ./ecp.config.yaml:4:3
        agents:
          allowEndpoints: []  # built-in: nothing is allowed, as no layer names the area
        executors:
          allowExecutors: []  # built-in: nothing is allowed, as no layer names the area
        memory:
          allowStores: []  # built-in: nothing is allowed, as no layer names the area
        loggers:
          allowEnable: []  # built-in: nothing is allowed, as no layer names the area
        secrets:
          allowProviders:
            - process.env  # machine /etc/ecp/config.yaml:6:31
        plugins:
          allowSourceTypes:
            - builtin  # built-in: what ships with ecp, as its own area allows; nothing else
        writes:
          mode: forbid  # project ./ecp.config.yaml:5:13
          requireApprovalFor:
            - "*:*"  # machine /etc/ecp/config.yaml:4:54
          approval:
            expiresAfter: 1h  # machine /etc/ecp/config.yaml:4:74
            quorum: 2  # machine /etc/ecp/config.yaml:4:92
        approvers: {}  # built-in: answers are taken from the local operator, unsigned
        budgets:
          defaults:
            maxToolCalls: 50  # machine /etc/ecp/config.yaml:5:57
            maxRuntimeSeconds: 3600  # built-in
            maxModelTokens: 2000000  # built-in
          perRun:
            maxToolCalls: 100  # machine /etc/ecp/config.yaml:5:24
            maxCostUsd: 1.5  # user ~/.ecp/config.yaml:11:43
        network:
          allowDomains:
            - a.example  # project ./ecp.config.yaml:6:29
          allowPrivateAddresses: false  # built-in
      "
    `)
  })

  it('intersects allow-lists, and says who left a name out', () => {
    const machine = 'security: { loggers: { allowEnable: [a, b] } }'
    const user =
      'loggers: { config: { a: {}, b: {} } }\nsecurity: { loggers: { allowEnable: [b], defaultEnable: [b] } }'
    expect(line({ machine, user }, 'security.loggers')).toEqual([
      {
        path: 'security.loggers.allowEnable',
        value: undefined,
        from: 'machine:2 user:3',
        note: 'not `a`, which is not listed by: user',
      },
      { path: 'security.loggers.allowEnable.0', value: 'b', from: 'machine:2 user:3' },
      { path: 'security.loggers.defaultEnable.0', value: 'b', from: 'user:3' },
    ])
    expect(line({ machine: 'security: { loggers: {} }', user }, 'security.loggers.allowEnable')).toEqual([
      {
        path: 'security.loggers.allowEnable',
        value: [],
        from: 'machine:2 user:3',
        note: 'not `b`, which is not listed by: machine',
      },
    ])
  })

  it('says what holds for runs that start by themselves, where there are some', () => {
    expect(line({ user: '' }, 'gateway.runQueue')).toEqual([])
    const user = `
gateway:
  runs: { brief: { context: brief.yaml, webhook: { secret: { provider: dot.env, key: BRIEF } } } }
  runQueue: { maxRunning: 2 }`
    expect(line({ user }, 'gateway.run')).toEqual([
      { path: 'gateway.runs.brief.context', value: 'brief.yaml', from: 'user:3' },
      { path: 'gateway.runs.brief.webhook.secret.provider', value: 'dot.env', from: 'user:3' },
      { path: 'gateway.runs.brief.webhook.secret.key', value: 'BRIEF', from: 'user:3' },
      { path: 'gateway.runQueue.maxRunning', value: 2, from: 'user:4' },
      { path: 'gateway.runWindow', value: '1d', from: '' },
      { path: 'gateway.runQueue.maxWaiting', value: 100, from: '' },
    ])
  })

  it('does not show what may be a secret, and shows references', () => {
    const user = `
tools:
  servers:
    a:
      transport: { type: stdio, command: c, env: { API_TOKEN: hush-hush } }
      credentials: { bindings: [{ name: T, source: { provider: dot.env, key: THE_KEY } }] }
    b: { transport: { type: http, url: "https://b.example", headers: { Authorization: hush-hush } } }
models: { providers: { p: { defaultModel: m, apiKey: { provider: process.env, key: P_KEY }, config: { apiKey: hush-hush } } } }
`
    const printed = text({ user })
    expect(printed).not.toContain('hush')
    expect(printed).toContain('THE_KEY')
    expect(printed).toContain('P_KEY')
  })

  it('is the same as data, and the text is a config that can be read', () => {
    const user =
      'tools: { servers: { s: { transport: { type: stdio, command: "a b: #c", args: ["", "x\\ny", "- z"] } } } }\nsecurity: { tools: { allowServers: [s] } }'
    const lines = effectiveConfig({ layers: layersOf({ user }) })
    expect(effectiveJson(lines)).toContainEqual({
      path: ['security', 'tools', 'allowServers', 0],
      value: 's',
      builtIn: false,
      sources: [{ layer: 'user', file: files.user, line: 3, column: expect.any(Number) }],
    })
    const read = parseHostConfig(text({ user }), 'x.yaml')
    expect(read.diagnostics).toEqual([])
    expect(read.document?.value.tools?.servers?.s?.transport).toEqual({
      type: 'stdio',
      command: 'a b: #c',
      args: ['', 'x\ny', '- z'],
    })
  })
})
