import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AgentSettings, reachedServer, startedServer } from '../../test/agent-settings.ts'

const settings = new AgentSettings('cursor')
afterAll(() => settings.close())

/** https://cursor.com/docs/mcp: `mcp.json`. Which transport it is, its fields say. */
const McpFile = z.strictObject({
  mcpServers: z.record(
    z.string().regex(/^[A-Za-z0-9_-]+$/),
    z.union([
      z.strictObject({ type: z.literal('stdio').optional(), envFile: z.string().optional(), ...startedServer }),
      z.strictObject(reachedServer),
    ]),
  ),
})

const kinds = ['Shell', 'Read', 'Write', 'WebFetch', 'Mcp']
const token = z.string().regex(new RegExp(`^(?:${kinds.join('|')})\\([^()]+\\)$`))

/** https://cursor.com/docs/cli/reference/permissions: `.cursor/cli.json`, of the Cursor CLI. */
const CliFile = z.strictObject({ permissions: z.strictObject({ allow: z.array(token), deny: z.array(token) }) })

/** https://cursor.com/docs/reference/permissions: `~/.cursor/permissions.json`, of the editor. */
const PermissionsFile = z.strictObject({
  mcpAllowlist: z.array(z.string().regex(/^[^:]+:[^:]+$/)),
  terminalAllowlist: z.array(z.string()),
})

describe('the files', () => {
  test.each(['stdio.mcp.json', 'http.mcp.json'])('%s has the documented form, and names one server', (file) => {
    expect(Object.keys(McpFile.parse(settings.json(file)).mcpServers)).toEqual(['ecp'])
  })

  test('cli.json lets through what ECP shows, and denies every other kind of tool', () => {
    const { permissions } = CliFile.parse(settings.json('cli.json'))
    expect(permissions.allow).toEqual(['Mcp(ecp:*)'])
    const denied = permissions.deny.map((rule) => rule.slice(0, rule.indexOf('(')))
    expect([...new Set([...denied, 'Mcp'])].sort()).toEqual([...kinds].sort())
  })

  test('permissions.json lets nothing run unasked but what ECP shows', () => {
    expect(PermissionsFile.parse(settings.json('permissions.json'))).toEqual({
      mcpAllowlist: ['ecp:*'],
      terminalAllowlist: [],
    })
  })

  test('the Context and the config are valid', () => {
    const { status, stderr } = settings.ecp('validate', 'assistant.yaml', '--config', 'ecp.config.yaml')
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  test('the page names every file, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
    const linked = [...page.matchAll(/\]\(([^):]+)\)/g)].map(([, file = '']) => file)
    expect([...new Set(linked)].sort()).toEqual(
      ['assistant.yaml', 'cli.json', 'ecp.config.yaml', 'http.mcp.json', 'permissions.json', 'stdio.mcp.json'].sort(),
    )
    for (const file of linked) expect(existsSync(join(import.meta.dirname, file))).toBe(true)
  })
})

describe('Cursor gets the tools of the Context and no more', () => {
  test('over stdio, started as it is written', async () => {
    await settings.check(await settings.started(McpFile.parse(settings.json('stdio.mcp.json')).mcpServers.ecp))
  })

  test('over HTTP, with a token from its environment, and without one nothing', async () => {
    const { ecp } = McpFile.parse(settings.json('http.mcp.json')).mcpServers
    const token = settings.addClient('cursor')
    const mcp = await settings.serve()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent fills it in
    const variable = '${env:ECP_TOKEN}'
    await expect(settings.reached(ecp, variable, '', mcp)).rejects.toThrow()
    await settings.check(await settings.reached(ecp, variable, token, mcp))
  })
})
