import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { OfficialTool } from './answers.ts'

const servers: Readonly<Record<OfficialTool, { readonly name: string; readonly version: string }>> = {
  files: { name: '@modelcontextprotocol/server-filesystem', version: '2026.8.31' },
  memory: { name: '@modelcontextprotocol/server-memory', version: '2026.8.31' },
}

/**
 * What starts an official server from this folder: the one that is installed here, and otherwise `npx` with one exact version, so
 * that no other one comes by itself.
 */
export function officialServer(
  tool: OfficialTool,
  folder: string,
): { readonly command: string; readonly args: string[] } {
  const { name, version } = servers[tool]
  for (let at = folder; ; at = dirname(at)) {
    const installed = join(at, 'node_modules', name, 'dist', 'index.js')
    if (existsSync(installed)) return { command: 'node', args: [relative(folder, installed).replaceAll(sep, '/')] }
    if (dirname(at) === at) return { command: 'npx', args: ['-y', `${name}@${version}`] }
  }
}
