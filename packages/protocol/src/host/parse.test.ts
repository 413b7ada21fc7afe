import { expect, test } from 'vitest'
import { edited, marked, sample } from '../../test/marked.ts'
import { type Diagnostic, parseHostConfig } from '../index.ts'

const full = sample('full.config.yaml')

type Case = readonly [title: string, part: string, by: string, wanted: Partial<Diagnostic>]

const faults: readonly Case[] = [
  ['a version that is a number', 'version: "0.5"', 'version: «0.5»', { code: 'wrong-type', nearest: '"0.5"' }],
  ['another version', 'version: "0.5"', 'version: «"0.4"»', { code: 'unsupported', expected: ['0.5'] }],
  ['an unknown key', 'security:\n', '«securty»:\n', { code: 'unknown-key', nearest: 'security' }],
  ['an upper-case server', '    web:\n', '    «Web»:\n', { code: 'wrong-value' }],
  ['the reserved server', '    web:\n', '    «ecp»:\n', { code: 'wrong-value' }],
  ['an unknown transport', 'type: external', 'type: «extern»', { code: 'wrong-value', nearest: 'external' }],
  ['a misspelt key of a transport', 'command: node,', '«comand»: node,', { code: 'unknown-key', nearest: 'command' }],
  ['an empty command', 'command: node,', 'command: «" "»,', { code: 'wrong-value' }],
  ['NODE_OPTIONS', 'LOG: quiet', '«NODE_OPTIONS»: --require=x', { code: 'wrong-value' }],
  ['LD_PRELOAD', 'LOG: quiet', '«LD_PRELOAD»: x.so', { code: 'wrong-value' }],
  ['DYLD_*', 'LOG: quiet', '«DYLD_INSERT_LIBRARIES»: x', { code: 'wrong-value' }],
  ['PYTHON* without unsafeEnv', ', unsafeEnv: true', '', { code: 'wrong-value' }],
  ['PYTHON* in lower case', 'LOG: quiet', '«pythonpath»: x', { code: 'wrong-value' }],
  ['LD_PRELOAD as a secret', '{ name: FILES_KEY,', '{ name: «LD_PRELOAD»,', { code: 'wrong-value' }],
  ['a secret and an env of one name', '{ name: FILES_KEY,', '{ name: «LOG»,', { code: 'duplicate' }],
  [
    'a header for a stdio server',
    'required: true }',
    'required: true, delivery: «header» }',
    { code: 'wrong-value', expected: ['env'] },
  ],
  ['an env for an http server', 'delivery: header', 'delivery: «env»', { code: 'wrong-value', expected: ['header'] }],
  [
    'a secret for an external server',
    'trustAnnotations: false',
    'credentials: { bindings: [«{ name: A, source: { provider: session, key: a } }»] }',
    { code: 'wrong-value' },
  ],
  ['a schema that cannot be checked', 'required: [command]', 'required: «command»', { code: 'schema' }],
  ['an unknown keyword in a schema', 'required: [command]', '«requires»: [command]', { nearest: 'required' }],
  [
    'a pattern that only backtracking knows',
    'command: { type: string }',
    'command: { pattern: «"(a)\\\\1"» }',
    { code: 'pattern' },
  ],
  [
    'a definition of a tool that its server defines itself',
    'read_file: { effect: read,',
    'read_file: { «inputSchema»: { type: object },',
    { code: 'wrong-value' },
  ],
  ['a header that is bound too', 'headers: { X-Tenant: a }', 'headers: { AUTHORIZATION: a }', { code: 'duplicate' }],
  ['a header twice', '{ X-Tenant: a }', '{ X-Tenant: a, «x-tenant»: b }', { code: 'duplicate' }],
  ['a header of the connection', '{ X-Tenant: a }', '{ «Mcp-Session-Id»: a }', { code: 'wrong-value' }],
  ['a binding for such a header', '{ name: Authorization,', '{ name: «Host»,', { code: 'wrong-value' }],
  ['signing in beside a token', 'headers: { X-Tenant: a }', '«oauth»: {}', { code: 'duplicate' }],
  ['a client named like one of an issuer', 'clients: { editor:', 'clients: { «corp/ada»:', { code: 'wrong-value' }],
  ['a client named like who needs no token', 'clients: { editor:', 'clients: { «(local)»:', { code: 'wrong-value' }],
  [
    'a client named like what a schedule starts',
    'clients: { editor:',
    'clients: { «schedule:a»:',
    { code: 'wrong-value' },
  ],
  ['a run whose name does not fit in an address', '    brief:', '    «Weekly brief»:', { code: 'wrong-value' }],
  ['a misspelt key of a run', '      overlap: true', '      «overlaps»: true', { nearest: 'overlap' }],
  ['an unknown trigger', '[schedule, webhook]', '[«scheduled», webhook]', { nearest: 'schedule' }],
  ['a trigger twice', '[schedule, webhook]', '[schedule, webhook, «schedule»]', { code: 'duplicate' }],
  ['a webhook without a key', 'webhook: { secret: { provider: os.secrets, key: brief } }', '', { code: 'reference' }],
  ['a key for no webhook', 'triggers: [schedule, webhook]', 'triggers: [schedule]', { code: 'reference' }],
  ['no room for runs', 'maxRunning: 2', 'maxRunning: «0»', { code: 'wrong-value' }],
  ['an issuer whose name has a slash', 'issuers: { corp:', 'issuers: { «a/b»:', { code: 'wrong-value' }],
  [
    'a webhook over http',
    '"https://hooks.example.com/ecp"',
    '«"http://hooks.example.com/ecp"»',
    { code: 'wrong-value' },
  ],
  [
    'a misspelt event',
    'events: [approval.requested]',
    'events: [«aproval.requested»]',
    { code: 'wrong-value', nearest: 'approval.requested' },
  ],
  ['a webhook without a key', '        secret: { provider: os.secrets, key: chat }\n', '', { code: 'missing-key' }],
  ['a misspelt channel', 'cli, webhook]', 'cli, «webhok»]', { code: 'wrong-value', nearest: 'webhook' }],
  ['a channel twice', 'cli, webhook]', 'cli, webhook, «cli»]', { code: 'duplicate' }],
  [
    'endpoints that no channel tells',
    '[console, cli, webhook]\n    webhooks',
    '[console, cli]\n    «webhooks»',
    { code: 'reference' },
  ],
  [
    'a channel that tells nobody',
    'webhook]\n    webhooks:\n      chat:\n        url: "https://hooks.example.com/ecp"\n        secret: { provider: os.secrets, key: chat }\n        events: [approval.requested]\n',
    '«webhook»]\n',
    { code: 'reference' },
  ],
  ['an issuer over http', '"https://id.example/a"', '«"http://id.example/a"»', { code: 'wrong-value' }],
  ['an issuer with a query', '"https://id.example/a"', '«"https://id.example/a?b"»', { code: 'wrong-value' }],
  [
    'an issuer that is wired twice',
    'issuers: { ',
    'issuers: { b: { issuer: "https://id.example/a", audience: b, as: [{ context: a, executor: a }] }, ',
    { code: 'duplicate' },
  ],
  ['keys over http', 'audience: ecp,', 'audience: ecp, jwksUri: «"http://id.example/keys"»,', { code: 'wrong-value' }],
  ['an issuer for no audience', 'audience: ecp,', 'audience: «[]»,', { code: 'wrong-value' }],
  ['an issuer without an entry', '[{ context: a.yaml, executor: assistant }]', '«[]»', { code: 'wrong-value' }],
  [
    'a client secret without its client',
    '"http://localhost:9000/sse"',
    '"http://localhost:9000/sse", «oauth»: { clientSecret: { provider: session, key: a } }',
    { code: 'missing-key' },
  ],
  [
    'two ways to name a client',
    '"http://localhost:9000/sse"',
    '"http://localhost:9000/sse", oauth: { clientId: a, «clientMetadataUrl»: "https://a.example/b" }',
    { code: 'duplicate' },
  ],
  [
    'a metadata document over http',
    '"http://localhost:9000/sse"',
    '"http://localhost:9000/sse", oauth: { clientMetadataUrl: «"http://a.example/b"» }',
    { code: 'wrong-value' },
  ],
  [
    'scopes in one text',
    '"http://localhost:9000/sse"',
    '"http://localhost:9000/sse", oauth: { scopes: [«"read write"»] }',
    { code: 'wrong-value' },
  ],
  ['http to elsewhere', '"https://mcp.example.com/mcp"', '«"http://mcp.example.com/mcp"»', { code: 'wrong-value' }],
  ['another scheme', '"https://peer.example.com/a2a"', '«"ftp://peer.example.com"»', { code: 'wrong-value' }],
  ['a password in a URL', '"https://other.example.com"', '«"https://u:p@other.example.com"»', { code: 'wrong-value' }],
  ['no URL', '"https://other.example.com"', '«other»', { code: 'wrong-value' }],
  ['a base URL of a provider', '"http://127.0.0.1:8080/v1"', '«"http://192.168.0.1/v1"»', { code: 'wrong-value' }],
  ['a time that no timer takes', 'timeoutMs: 5000', 'timeoutMs: «5000000000»', { code: 'wrong-value' }],
  ['no time', 'timeoutMs: 5000', 'timeoutMs: «0»', { code: 'wrong-value' }],
  [
    'a sandbox for a server elsewhere',
    'type: sse, url: "http://localhost:9000/sse" }',
    'type: sse, url: "http://localhost:9000/sse" }, «sandbox»: required',
    { code: 'wrong-value' },
  ],
  ['a default model that is not supported', 'defaultModel: gpt-5\n', 'defaultModel: «gpt-6»\n', { code: 'reference' }],
  [
    'an allowed model that is not supported',
    'openai: [gpt-5]',
    'openai: [«gpt-5-min»]',
    { code: 'reference', nearest: 'gpt-5-mini' },
  ],
  [
    'an allowed model beside the only one',
    'local: [qwen]',
    'local: [«qwen2»]',
    { code: 'reference', expected: ['qwen'] },
  ],
  [
    'a provider without allowed models',
    'allowedModels: { openai: [gpt-5], local',
    'allowedModels: { local',
    { code: 'reference' },
  ],
  ['a provider with an empty list of models', 'local: [qwen]', 'local: «[]»', { code: 'wrong-value' }],
  [
    'a default provider that is not allowed',
    'defaultProviders: [openai]',
    'defaultProviders: [«opnai»]',
    { code: 'reference', nearest: 'openai' },
  ],
  ['a default store that is not allowed', 'defaultStore: main', 'defaultStore: «other»', { code: 'reference' }],
  [
    'a default logger that is not allowed',
    'defaultEnable: [console]',
    'defaultEnable: [«file»]',
    { code: 'reference' },
  ],
  [
    'an allow-list that is text',
    'allowServers: [files, web, python]',
    'allowServers: «files»',
    { code: 'wrong-type', nearest: '["files"]' },
  ],
  [
    'a misspelt word of a choice',
    'allowProjectServers: sandboxed',
    'allowProjectServers: «sandbox»',
    { code: 'wrong-value', nearest: 'sandboxed' },
  ],
  [
    'an approver without a key',
    'bob: { publicKey: MCowBQYDK2VwAyEA, groups',
    '«bob»: { groups',
    { code: 'missing-key' },
  ],
  [
    'the key of another approver',
    'publicKey: MCowBQYDK2VwAyEA',
    'publicKey: UjcfwJzsPXJhBR_W4dy4GOFUBU0kKuZU63LG_JjbNsc',
    { code: 'duplicate' },
  ],
  ['a passkey in the old way', '      passkeys:\n', '      «passkey»:\n', { code: 'unknown-key', nearest: 'passkeys' }],
  ['no passkey', 'groups: [ops] }\n', 'groups: [ops], passkeys: «[]» }\n', { code: 'wrong-value' }],
  [
    'a passkey with padding',
    'id: UjcfwJzsPXJhBR_W4dy4GOFUBU0kKuZU63LG_JjbNsc',
    'id: «"UjcfwJzsPXJhBR_W4dy4GOFUBU0kKuZU63LG_JjbNsA="»',
    { code: 'wrong-value' },
  ],
  ['a passkey of an address', 'rpId: localhost', 'rpId: «127.0.0.1»', { code: 'wrong-value' }],
  ['a passkey of another domain', 'rpId: localhost', 'rpId: example.com', { code: 'wrong-value' }],
  ['a page over http', '"http://localhost:7391"', '«"http://ecp.localhost.example:7391"»', { code: 'wrong-value' }],
  ['a page that is no origin', '"http://localhost:7391"', '«"http://localhost:7391/"»', { code: 'wrong-value' }],
  ['a page in no domain', '"http://localhost:7391"', '«"https://notlocalhost"»', { code: 'wrong-value' }],
  [
    'two ledgers',
    'path: ~/.ecp/ledger.sqlite',
    'path: a, «postgres»: { provider: session, key: a }',
    { code: 'wrong-value' },
  ],
  [
    'an unknown secret provider',
    'allowProviders: [os.secrets,',
    'allowProviders: [«os.secret»,',
    { code: 'wrong-value', nearest: 'os.secrets' },
  ],
  [
    'a key instead of where it is',
    'apiKey: { provider: os.secrets, key: openai }',
    'apiKey: «sk-1234567890»',
    { code: 'wrong-type', sensitive: true },
  ],
]

test.each(faults)('%s', (title, part, by, wanted) => {
  const written = edited(full, part, by)
  const clean = written.replace(/[«»]/g, '')
  const { document, diagnostics } = parseHostConfig(clean, 'h.yaml')
  expect(document, title).toBeUndefined()
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  expect(errors[0]).toMatchObject(wanted)
  if (written !== clean) expect(errors.map(({ range }) => range)).toContainEqual(marked(written, 'h.yaml').range)
  expect(JSON.stringify(diagnostics)).not.toContain('sk-1234567890')
})

test('the samples are host configs without a word to say about them', () => {
  for (const file of ['full.config.yaml', 'minimal.config.yaml']) {
    expect(parseHostConfig(sample(file), file)).toMatchObject({ document: { file }, diagnostics: [] })
  }
})

test('what looks like a secret written into the file is warned about and not repeated', () => {
  const written = edited(full, 'LOG: quiet', '«API_KEY»: sk-1234567890')
  const { text, range } = marked(written, 'h.yaml')
  const { document, diagnostics } = parseHostConfig(text, 'h.yaml')
  expect(document).toBeDefined()
  expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'advice', range, sensitive: true }])
})
