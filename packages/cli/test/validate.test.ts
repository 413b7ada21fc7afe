import { afterEach, beforeEach, expect, test } from 'vitest'
import { contextYaml, type Desk, openDesk } from './desk.ts'

let desk: Desk
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.dispose]())

test('what config init writes passes, and is not written over', () => {
  desk.write('assistant.yaml', contextYaml('{ default: deny }'))
  expect(desk.ecp('config', 'init')).toMatchObject({ status: 0, stderr: '' })
  const { status, stdout, stderr } = desk.ecp('validate', 'assistant.yaml')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('assistant.yaml is valid: assistant 1.0.0, 1 executor')

  const again = desk.ecp('config', 'init')
  expect(again.status).toBe(2)
  expect(again.stderr).toContain('exists; change it by hand')
})

test('config init says in JSON where it wrote, and the file tells editors its schema', () => {
  const { stdout } = desk.ecp('config', 'init', '--json', '--config', 'nested/host.yaml')
  expect(JSON.parse(stdout)).toEqual({ file: expect.stringMatching(/nested.host\.yaml$/) })
})

test('without any host configuration it says how to make one, and what is wrong with the Context all the same', () => {
  desk.write('assistant.yaml', contextYaml('{ default: Deny }'))
  const { status, stderr } = desk.ecp('validate', 'assistant.yaml')
  expect(status).toBe(2)
  expect(stderr).toContain('did you mean `deny`?')
  expect(stderr).toContain('run `ecp config init` to make one')
})

test('every fault of both documents at once, each with its place', () => {
  desk.ecp('config', 'init')
  desk.write('assistant.yaml', contextYaml('{ default: Deny, allow: "jira:*", alow: [] }'))
  desk.write('host.yaml', 'version: "0.5"\nsecurity: { tools: { alowServers: [] } }\n')
  const { status, stderr } = desk.ecp('validate', 'assistant.yaml', '--config', 'host.yaml')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^assistant\.yaml:10:30: error: /m)
  expect(stderr).toMatch(/^assistant\.yaml:10:43: error: /m)
  expect(stderr).toMatch(/`alow`/)
  expect(stderr).toMatch(/host\.yaml:2:22: error: /)
})

test('what the host would refuse has the place of the wish and of the rule, exit code 3', () => {
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["files:read_*", "web:*", "*:delete_*"] }'))
  desk.write(
    'ecp.config.yaml',
    `version: "0.5"
tools:
  servers:
    files: { transport: { type: stdio, command: files } }
security:
  tools: { allowServers: [] }
`,
  )
  const { status, stderr } = desk.ecp('validate', 'assistant.yaml')
  expect(status).toBe(3)
  expect(stderr).toMatch(/^assistant\.yaml:10:44: refused: .*`files:read_\*`/m)
  expect(stderr).toMatch(/host\.server-not-allowed \(project\): .*ecp\.config\.yaml:6:/)
  expect(stderr).toMatch(/^assistant\.yaml:10:60: refused: .*`web:\*`/m)
  expect(stderr).toContain('host.server-not-wired')
  expect(stderr).not.toContain('delete')

  const { stdout } = desk.ecp('validate', 'assistant.yaml', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    refusals: [{ executor: 'assistant' }, { executor: 'assistant' }],
  })
})

const inputs =
  'inputs: { folder: { type: string, required: true, description: where }, limit: { type: integer, default: 5 } }'

test('values of inputs are checked; --skip-inputs lists the inputs instead', () => {
  desk.ecp('config', 'init')
  desk.write('assistant.yaml', contextYaml('{ default: deny }', inputs))
  const missing = desk.ecp('validate', 'assistant.yaml')
  expect(missing.status).toBe(2)
  expect(missing.stderr).toContain('input `folder` is required')
  expect(desk.ecp('validate', 'assistant.yaml', '-i', 'folder=/srv').status).toBe(0)
  expect(desk.ecp('validate', 'assistant.yaml', '-i', 'folder=/srv', '-i', 'limit=many').status).toBe(2)
  expect(desk.ecp('validate', 'assistant.yaml', '-i', 'folder=/srv', '-i', 'depth=1').stderr).toContain('not declared')
  expect(desk.ecp('validate', 'assistant.yaml', '-i', 'folder').stderr).toContain('write `-i key=value`')
  desk.write('values.yaml', 'folder: /srv\nlimit: 3\n')
  expect(desk.ecp('validate', 'assistant.yaml', '--inputs', 'values.yaml').status).toBe(0)

  const listed = desk.ecp('validate', 'assistant.yaml', '--skip-inputs')
  expect(listed.status).toBe(0)
  expect(listed.stdout).toMatch(/^folder\s+string\s+required\s+where$/m)
  expect(listed.stdout).toMatch(/^limit\s+integer\s+default 5$/m)
})

test('what this version cannot start yet is an error, when the Context would use it', () => {
  const wiring =
    'version: "0.5"\ntools:\n  servers:\n    web: { transport: { type: stdio, command: web }, sandbox: required }\n'
  desk.write('ecp.config.yaml', `${wiring}security: { tools: { allowServers: [web] } }\n`)
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["web:get"] }'))
  const { status, stderr } = desk.ecp('validate', 'assistant.yaml')
  expect(status).toBe(2)
  expect(stderr).toMatch(/ecp\.config\.yaml:4:\d+: error: a sandbox/)
  desk.write('other.yaml', contextYaml('{ default: deny }'))
  expect(desk.ecp('validate', 'other.yaml').status).toBe(0)
})

test('approvers of a Context whom no layer knows are a warning with the place, and the nearest name', () => {
  const controls = '\n      writeControls: { requireApprovalFor: ["files:*"], approval: { approvers: [ops, ad] } }'
  const question = '  - { name: asker, type: human, ask: { title: Go on?, assignee: adda } }\n'
  desk.write('assistant.yaml', `${contextYaml(`{ default: deny }${controls}`)}${question}`)
  desk.write('host.yaml', 'version: "0.5"\nsecurity: { approvers: { ada: { publicKey: k, groups: [ops] } } }\n')
  const { status, stdout, stderr } = desk.ecp('validate', 'assistant.yaml', '--config', 'host.yaml')
  expect(status).toBe(0)
  expect(stdout).toContain('2 warnings')
  expect(stderr).toMatch(/assistant\.yaml:11:\d+: warning: .*approver or group `ad`/)
  expect(stderr).toMatch(/assistant\.yaml:12:\d+: warning: .*approver or group `adda`/)
  expect(stderr).toContain('did you mean `ada`?')
})
