import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AgentSettings, reachedServer, startedServer } from '../../test/agent-settings.ts'

const settings = new AgentSettings('claude-code')
afterAll(() => settings.close())

/** https://code.claude.com/docs/en/mcp: `.mcp.json`. */
const McpFile = z.strictObject({
  mcpServers: z.record(
    z.string().regex(/^[A-Za-z0-9_-]+$/),
    z.union([
      z.strictObject({ type: z.literal('stdio').optional(), ...startedServer }),
      z.strictObject({ type: z.enum(['http', 'sse']), ...reachedServer }),
    ]),
  ),
})

/** The built-in tools that a rule can name: https://json.schemastore.org/claude-code-settings.json, `permissionRule`. */
const builtIn = [
  ...['Agent', 'Bash', 'Cd', 'Edit', 'ExitPlanMode', 'Glob', 'Grep', 'KillShell', 'LSP', 'Monitor', 'MultiEdit'],
  ...['NotebookEdit', 'PowerShell', 'Read', 'Skill', 'TaskCreate', 'TaskGet', 'TaskList', 'TaskOutput', 'TaskStop'],
  ...['TaskUpdate', 'TodoWrite', 'ToolSearch', 'WebFetch', 'WebSearch', 'Write'],
]
/** Those that touch nothing but the conversation: its plan, its list of tasks, and which of the tools it is shown. */
const harmless = ['ExitPlanMode', 'TaskCreate', 'TaskGet', 'TaskList', 'TaskUpdate', 'TodoWrite', 'ToolSearch']

const toolRule = z.enum(builtIn)
/** `mcp__server` or `mcp__server__tool`: a wildcard only behind the server, because elsewhere an allow rule is skipped. */
const mcpRule = z.string().regex(/^mcp__[A-Za-z0-9-]+(?:__(?:\*|[A-Za-z0-9_-]+))?$/)
const rules = z.array(z.union([toolRule, mcpRule])).optional()

/** https://code.claude.com/docs/en/settings and /permissions: of `settings.json` what this example uses. */
const SettingsFile = z.strictObject({
  $schema: z.literal('https://json.schemastore.org/claude-code-settings.json'),
  permissions: z.strictObject({
    defaultMode: z.enum(['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions']).optional(),
    disableBypassPermissionsMode: z.literal('disable').optional(),
    allow: rules,
    ask: rules,
    deny: rules,
  }),
  enabledMcpjsonServers: z.array(z.string()).optional(),
})

describe('the files', () => {
  test.each(['stdio.mcp.json', 'http.mcp.json'])('%s has the documented form, and names one server', (file) => {
    expect(Object.keys(McpFile.parse(settings.json(file)).mcpServers)).toEqual(['ecp'])
  })

  test('settings.json lets through what ECP shows, and takes away every built-in tool that reaches further', () => {
    const { permissions, enabledMcpjsonServers } = SettingsFile.parse(settings.json('settings.json'))
    expect(permissions.allow).toEqual(['mcp__ecp__*'])
    expect([...(permissions.deny ?? []), ...harmless].sort()).toEqual([...builtIn].sort())
    expect(permissions.defaultMode).toBe('dontAsk')
    expect(enabledMcpjsonServers).toEqual(['ecp'])
  })

  test('the Context and the config are valid', () => {
    const { status, stderr } = settings.ecp('validate', 'assistant.yaml', '--config', 'ecp.config.yaml')
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  test('the page names every file, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
    const linked = [...page.matchAll(/\]\(([^):]+)\)/g)].map(([, file = '']) => file)
    expect([...new Set(linked)].sort()).toEqual(
      ['assistant.yaml', 'ecp.config.yaml', 'http.mcp.json', 'settings.json', 'stdio.mcp.json'].sort(),
    )
    for (const file of linked) expect(existsSync(join(import.meta.dirname, file))).toBe(true)
  })
})

describe('Claude Code gets the tools of the Context and no more', () => {
  test('over stdio, started as it is written', async () => {
    await settings.check(await settings.started(McpFile.parse(settings.json('stdio.mcp.json')).mcpServers.ecp))
  })

  test('over HTTP, with a token from its environment, and without one nothing', async () => {
    const { ecp } = McpFile.parse(settings.json('http.mcp.json')).mcpServers
    const token = settings.addClient('claude-code')
    const mcp = await settings.serve()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent fills it in
    const variable = '${ECP_TOKEN}'
    await expect(settings.reached(ecp, variable, '', mcp)).rejects.toThrow()
    await settings.check(await settings.reached(ecp, variable, token, mcp))
  })
})
