import { readFileSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os'

export interface Machine {
  readonly system: string
  readonly processor: string
  readonly cores: number
  readonly memoryGb: number
  /** File system of the folder that the ledgers are in, by its magic number (statfs). */
  readonly ledgerFileSystem: string
  readonly node: string
  /** Processes that wanted a core, over the last minute, when the run began. */
  readonly load: number
  readonly packages: Readonly<Record<string, string>>
}

const compared = [
  '@modelcontextprotocol/client',
  '@modelcontextprotocol/server',
  'mcp-proxy',
  '@cedar-policy/cedar-wasm',
  '@microsoft/agent-governance-sdk',
]
/** statfs(2), f_type. */
const fileSystems: Readonly<Record<string, string>> = {
  ef53: 'ext4',
  '1021994': 'tmpfs (in memory: flushes cost nothing here)',
  '794c7630': 'overlayfs',
  '58465342': 'xfs',
  '9123683e': 'btrfs',
}

export function describeMachine(): Machine {
  const type = statfsSync(tmpdir()).type.toString(16)
  return {
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    ledgerFileSystem: fileSystems[type] ?? type,
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
    packages: Object.fromEntries(compared.map((name) => [name, versionOf(name)])),
  }
}

/** Read from disk, because not every package exports its package.json. */
function versionOf(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string } // reason: npm requires it
      return version
    } catch {
      // not in this folder
    }
  }
  return 'not installed'
}
