import { spawnSync } from 'node:child_process'
import type { EcpFiles } from '../harness/ecp-files.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import { firstLine, start } from '../http/listening.ts'

/** `ecp serve`, to be looked at in a browser. */
export interface Serving {
  readonly url: string
  /** A new one-time link of `ecp console`. */
  link(): string
  /** Ends it, and removes its files. */
  close(): Promise<void>
}

/** Starts it on these files, for whoever comes without a token. */
export async function openServing(ecp: InstalledEcp, files: EcpFiles, executor: string): Promise<Serving> {
  const { place, context, environment } = files
  const who = ['--context', context, '--executor', executor]
  const command = [process.execPath, ecp.command, 'serve', '--listen', '127.0.0.1:0', '--json', ...who, ...place]
  const serving = start({ command, environment })
  const { url } = await firstLine<{ url: string }>(serving)
  return {
    url: url.replace('127.0.0.1', 'localhost'),
    link: () => linkOf(ecp, files),
    async close() {
      await serving.stop()
      files.remove()
    },
  }
}

function linkOf(ecp: InstalledEcp, { place, environment }: EcpFiles): string {
  const args = [ecp.command, 'console', '--json', ...place]
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...environment }, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).link
}
