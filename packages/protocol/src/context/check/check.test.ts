// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of the format
import { expect, test } from 'vitest'
import { edited, marked, sample } from '../../../test/marked.ts'
import { type DiagnosticCode, parseContext } from '../../index.ts'

const flat = sample('flat.context.yaml')
const tree = sample('tree.context.json')

type Case = readonly [title: string, part: string, by: string, code: DiagnosticCode, message: string | RegExp]

const mount = 'args: { project: "${inputs.project}", limit: "${inputs.limit}" }'

const faults: readonly Case[] = [
  [
    'no such entry point',
    'entrypoint: lead',
    'entrypoint: «leed»',
    'reference',
    'there is no executor `leed` to start with',
  ],
  ['an executor twice', '- name: fetch', '- name: «lead»', 'duplicate', 'executor `lead` stands twice'],
  ['a mount twice', '- name: details', '- name: «issues»', 'duplicate', 'mount `issues` stands twice'],
  [
    'a tool that ecp does not have',
    'server: jira, tool: issues.search',
    'server: ecp, tool: «memory/serch»',
    'reference',
    'ecp has no tool `memory/serch`',
  ],
  ['memory without one', 'call: jira:issues.get', 'call: ecp:memory/list', 'missing-key', /declares none/],
  ['a reserved mount', '- name: details', '- name: «__prior_outputs»', 'wrong-value', /is reserved/],
  ['an output twice', '{ name: raw', '{ name: «summary»', 'duplicate', 'output `summary` stands twice'],
  [
    'a schema that is not there',
    'outputSchemaRef: "#/schemas/Plan"',
    'outputSchemaRef: «"#/schemas/Plam"»',
    'reference',
    'there is no schema `Plam`',
  ],
  [
    'an output schema that is not there',
    'fromSchema: "#/schemas/Summary"',
    'fromSchema: «"#/schemas/Sum"»',
    'reference',
    /no schema `Sum`/,
  ],
  ['a required schema', 'requires: [Plan]', 'requires: [«Plans»]', 'reference', 'there is no schema `Plans`'],
  ['a produced schema', 'produces: Summary', 'produces: «summary»', 'reference', 'there is no schema `summary`'],
  [
    'what a person is shown',
    'show: [fetch, lead]',
    'show: [fetch, «confirm»]',
    'reference',
    'there is no output `confirm`',
  ],
  [
    'a plugin that is not named',
    'name: openai, type: builtin',
    'name: «openai», type: npm',
    'reference',
    /no provider plugin `openai`/,
  ],
  ['a plugin in the wrong list', 'kind: provider', 'kind: «logger»', 'wrong-value', /does not belong in `providers`/],
  ['a plugin twice', 'name: renderer, kind', 'name: «own-llm», kind', 'duplicate', 'plugin `own-llm` stands twice'],
  [
    'a default of another type',
    'default: 20',
    'default: «"20"»',
    'wrong-type',
    /does not fit the input's type `integer`/,
  ],
  ['a default with a fraction', 'default: 20', 'default: «20.5»', 'wrong-type', /does not fit/],
  ['a default that is not allowed', 'default: 20', 'default: «25»', 'wrong-value', /not one of the allowed values/],
  ['an allowed value of another type', 'enum: [10', 'enum: [«ten»', 'wrong-type', /does not fit/],
  [
    'an input that the Context lacks',
    'inputs: { project: { type: string } }\n',
    'inputs: { project: { type: string }, «who»: { type: string } }\n',
    'reference',
    'the Context declares no input `who`',
  ],
  [
    'an input of another type',
    'inputs: { project: { type: string } }\n',
    'inputs: { project: { type: «number» } }\n',
    'wrong-value',
    /is of type `string` in the Context/,
  ],
  [
    'a model on a tool',
    'type: tool\n    inputs',
    'type: tool\n    «model»: { provider: openai }\n    inputs',
    'wrong-value',
    /`model` fits an executor of type `agent`/,
  ],
  [
    'a tool on an agent',
    'instructions: Plan the work.',
    '«tool»: { call: "a:b" }',
    'wrong-value',
    /`tool` fits an executor of type `tool`/,
  ],
  [
    'a question on an agent',
    'instructions: Plan the work.',
    '«ask»: { title: a }',
    'wrong-value',
    /`ask` fits an executor of type `human`, or an agent that may run elsewhere, and `lead` .* has no `protocols/,
  ],
  [
    'a question on a tool, wherever it runs',
    'type: tool\n    inputs',
    'type: tool\n    protocols: { agentOrchestration: { type: a2a } }\n    «ask»: { title: a }\n    inputs',
    'wrong-value',
    /`ask` fits an executor of type `human`, and `.*` is of type `tool`/,
  ],
  [
    'a tool executor without a tool',
    '- name: renderer\n    type: tool',
    '- «name: rendere\n    type: tool»',
    'missing-key',
    /needs `tool`/,
  ],
  [
    'a human without a question',
    'ask: { title: Send it?, show: [fetch, lead], expiresAfter: 3d }',
    '',
    'missing-key',
    /needs `ask`/,
  ],
  [
    'a selector outside the plan',
    'selectorFrom: plan.selectedIssueIds',
    'selectorFrom: «output.ids»',
    'expression',
    /not a path into the plan/,
  ],
  [
    'an undeclared input',
    mount,
    'args: { deep: [{ x: "a «${inputs.projct}» b" }] }',
    'reference',
    /names an unknown input `projct`/,
  ],
  [
    'an input that this executor does not see',
    'project: "${inputs.project}" } }\n  - name: confirm',
    'project: "«${inputs.limit}»" } }\n  - name: confirm',
    'reference',
    /unknown input `limit`/,
  ],
  ['an unknown expression', mount, 'args: { x: "«${env.HOME}»" }', 'expression', 'unknown expression `${env.HOME}`'],
  ['an expression without its end', mount, 'args: { x: "a «${inputs.project»" }', 'expression', /has no closing/],
  ['an empty expression', mount, 'args: { x: "«${}»" }', 'expression', /unknown expression/],
  ['an item without when', mount, 'args: { x: "«${item}»" }', 'expression', /only in a mount with `when`/],
  [
    'an unknown executor',
    '${outputs.lead.selectedIssueIds}',
    '«${outputs.lad.ids}»',
    'reference',
    /unknown executor `lad`/,
  ],
  [
    'its own output',
    '${outputs.lead.selectedIssueIds}',
    '«${outputs.fetch.ids}»',
    'reference',
    /unknown executor `fetch`/,
  ],
  ['a condition that is no CEL', 'args.amount <= 500 &&', 'args.amount <= 500 «&» &&', 'condition', /^condition /],
  [
    'a condition of text',
    'when: "!within(args.path, \'/srv/out\')"',
    `when: "«'»a'"`,
    'condition',
    /gives string, not a boolean/,
  ],
  [
    'a condition on an undeclared input',
    'in [inputs.payees]',
    'in [inputs.«payes»]',
    'reference',
    /unknown input `payes`/,
  ],
  ['a sum that is no number', 'sum: args.amount', `sum: "«'»a'"`, 'condition', /gives string, not a number/],
  ['a sum without max', 'sum: args.amount, max: 1000', '«sum»: args.amount', 'missing-key', /has no `max`/],
  ['a max without sum', 'sum: args.amount, max: 1000', '«max»: 1000', 'missing-key', /has a `max` and no `sum`/],
  [
    'a budget that limits nothing',
    '"bank:send_money": { maxCalls: 3, per: 24h, sum: args.amount, max: 1000 }',
    '«"bank:send_money"»: { per: 24h }',
    'missing-key',
    /limits nothing/,
  ],
  [
    'a time that no timer takes',
    'maxRuntimeSeconds: 90',
    'maxRuntimeSeconds: «90000000»',
    'wrong-value',
    /cannot be more than 2147483/,
  ],
  ['a cron line', 'cron: "0 9 * * 1-5"', 'cron: «"0 25 * * 1-5"»', 'schedule', /cron line `0 25 \* \* 1-5`/],
  ['a cron line of one word', 'cron: "0 9 * * 1-5"', 'cron: «"@daily"»', 'schedule', /not five or six fields/],
  ['a time zone', 'Europe/Berlin', '«Europe/Berln»', 'schedule', '`Europe/Berln` is not a time zone'],
  ['an offset as a time zone', 'Europe/Berlin', '«"+02:00"»', 'schedule', /is not a time zone/],
  [
    'a schedule without cron',
    'type: schedule, cron: "0 9 * * 1-5", timezone: Europe/Berlin',
    '«type: schedule»',
    'missing-key',
    /needs `cron`/,
  ],
  [
    'a webhook without url',
    '{ type: webhook, url: /hooks/triage }',
    '{ «type: webhook» }',
    'missing-key',
    /needs `url`/,
  ],
  [
    'a tool event without event',
    '{ type: tool-event, event: issue.created }',
    '{ «type: tool-event» }',
    'missing-key',
    /needs `event`/,
  ],
  [
    'cron on a webhook',
    'url: /hooks/triage',
    'url: /hooks/triage, «cron»: "* * * * *"',
    'wrong-value',
    /means nothing/,
  ],
  [
    'an unknown type',
    'type: array, items: { type: string',
    'type: «list», items: { type: string',
    'schema',
    '`type` cannot be `list`',
  ],
  ['a misspelt keyword', 'required: [delegate]', '«requierd»: [delegate]', 'unknown-key', /unknown keyword `requierd`/],
  ['a lookahead', '"^[A-Z]+-[0-9]+$"', '«"^(?=[A-Z])"»', 'pattern', /a lookahead cannot be matched in linear time/],
  ['a lookbehind', '"^[A-Z]+-[0-9]+$"', '«"(?<!a)b"»', 'pattern', /a lookbehind/],
  ['a backreference', '"^[A-Z]+-[0-9]+$"', "«'(a)\\1'»", 'pattern', /a backreference/],
  ['a pattern that is none', '"^[A-Z]+-[0-9]+$"', '«"[A-"»', 'pattern', /pattern `\[A-`/],
  ['a pattern that repeats too much', '"^[A-Z]+-[0-9]+$"', '«"(a{1000}){1000}"»', 'pattern', /pattern/],
  [
    'a reference to elsewhere',
    '$ref: "#/$defs/Step"',
    '$ref: «"https://example.com/s"»',
    'reference',
    /leads out of this document/,
  ],
  ['a reference to nothing', '$ref: "#/$defs/Step"', '$ref: «"#/$defs/Stp"»', 'reference', /leads to no schema/],
  [
    'a reference to itself',
    '{ $ref: "#/$defs/Step" }',
    '«{ allOf: [{ $ref: "#/properties/delegate/items" }] }»',
    'bound',
    /leads back to its own schema/,
  ],
  [
    'a resource without a server',
    '"docs:file:///srv/handbook/**"',
    '«"/srv"»',
    'wrong-value',
    /does not name a server/,
  ],
  [
    'a resource with dot segments',
    '"docs:file:///srv/handbook/**"',
    '«"docs:file:///srv/../etc"»',
    'wrong-value',
    /dot segments/,
  ],
  [
    'a resource with an escaped slash',
    '"docs:file:///srv/handbook/**"',
    '«"docs:file:///srv%2Fetc"»',
    'wrong-value',
    /dot segments/,
  ],
  ['a prompt without a server', 'prompts: ["docs:*"]', 'prompts: [«docs»]', 'wrong-value', /does not name a server/],
  ['a domain with a scheme', 'api.example.com', '«"https://example.com"»', 'wrong-value', /is not a domain/],
]

test.each(faults)('%s', (_title, part, by, code, message) => {
  const written = edited(flat, part, by)
  if (!written.includes('«')) {
    expect(parseContext(written, 'c.yaml').diagnostics).toMatchObject([
      { code, message: expect.stringMatching(message) },
    ])
    return
  }
  const { text, range } = marked(written, 'c.yaml')
  const { document, diagnostics } = parseContext(text, 'c.yaml')
  expect(document).toBeUndefined()
  const found = diagnostics.find(
    (d) => d.code === code && (typeof message === 'string' ? d.message === message : message.test(d.message)),
  )
  expect(found, JSON.stringify(diagnostics)).toMatchObject({ severity: 'error' })
  // What is missing in an item is shown at the item, which is longer than what can be marked here.
  expect(found?.range).toMatchObject(code === 'missing-key' ? { line: range.line } : range)
})

test('neither form, and an executor without its parent', () => {
  const none = edited(
    sample('minimal.context.yaml'),
    'orchestration: { entrypoint: assistant, strategy: single }\n',
    '',
  )
  expect(parseContext(none, 'c.yaml').diagnostics).toMatchObject([
    { code: 'missing-key', expected: ['orchestration', 'orchestrator'] },
  ])
})

test('names are unique in the whole tree', () => {
  const { text, range } = marked(edited(tree, '"name": "right"', '"name": «"first"»'), 'c.json')
  expect(parseContext(text, 'c.json').diagnostics).toMatchObject([{ code: 'duplicate', range }])
})

test('where both forms stand the orchestrator is the entry point, and another name is only a warning', () => {
  const written = edited(
    tree,
    '"orchestrator":',
    '"orchestration": { "entrypoint": «"first"», "strategy": "swarm" }, "orchestrator":',
  )
  const { text, range } = marked(written, 'c.json')
  const { document, diagnostics } = parseContext(text, 'c.json')
  expect(document?.value.orchestrator?.name).toBe('top')
  expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'advice', range }])
})

test('a prefix test on a path or URL is warned about, by the name of what is meant', () => {
  const written = edited(
    flat,
    "!within(args.path, '/srv/out')",
    "args.path.startsWith('/srv') || args.url.startsWith('https://a')",
  )
  const { document, diagnostics } = parseContext(written, 'c.yaml')
  expect(document).toBeDefined()
  expect(diagnostics.map(({ severity, message }) => [severity, /within\(\)|host\(\)/.exec(message)?.[0]])).toEqual([
    ['warning', 'within()'],
    ['warning', 'host()'],
  ])
})

test.each([
  ["args.path.matches('^[a-z0-9-]+[.]txt$')", 0],
  ["args.path.matches('^(note|report)[.]txt$')", 1],
  ["args.path.matches('^/srv/.*$')", 1],
  ["args.path.matches('^a.*$')", 1],
  ["args.path.matches('^[+-9]+$')", 1],
  ["args.path.matches('^(?i)a$')", 1],
  ["args.path.matches('^notes')", 1],
])('a pattern of a whole name is no prefix test: %s', (condition, warnings) => {
  const { diagnostics } = parseContext(edited(flat, "!within(args.path, '/srv/out')", condition), 'c.yaml')
  expect(diagnostics.filter(({ message }) => message.includes('prefix test'))).toHaveLength(warnings)
})
