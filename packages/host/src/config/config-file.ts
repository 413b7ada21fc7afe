import { createHash } from 'node:crypto'
import { constants, lstat, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { codeOf } from '../secrets/provider.ts'

export interface ConfigOptions {
  /** The working folder: where a project's config is looked for. */
  readonly cwd: string
  /** The user's home folder. */
  readonly home: string
  /** The machine layer's file. Nothing but this parameter can move it: no flag and no variable turns the machine layer off. */
  readonly machineFile?: string
  /** `--config FILE`, relative to `cwd`: the project layer, in place of the discovered one. */
  readonly configFile?: string
}

/** A place where a layer's file was looked for. */
export interface ConfigFile {
  readonly layer: HostLayer['layer']
  /** Absolute. */
  readonly path: string
  readonly exists: boolean
  /** Whether it was found in the working folder, and not named with `--config`. */
  readonly discovered: boolean
  /** sha-256 (hex) of the bytes that were read. */
  readonly digest?: string
}

export const defaultMachineFile = '/etc/ecp/config.yaml'
export const projectFiles = ['ecp.config.yaml', 'ecp.config.json'] as const
export const userFile = (home: string): string => join(home, '.ecp', 'config.yaml')
/** Larger files are refused before they are read whole. */
const maxBytes = 1_000_000

export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly text: string; readonly digest: string }
  /** Lower case, to be put after the file's name. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** Reads a config file. Only a file that is not there is absent; one that cannot be read is never passed over. */
export async function readConfigFile(path: string): Promise<Reading> {
  const stray = await strayName(path)
  if (stray) return { kind: 'unreadable', why: `is not there, but \`${stray}\` is, which is not read: rename it` }
  if (!(await stands(path))) return { kind: 'absent' }
  try {
    // Without O_NONBLOCK opening a named pipe would wait for a writer.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const found = await file.stat()
    if (!found.isFile()) return { kind: 'unreadable', why: 'is not a file' }
    if (found.size > maxBytes)
      return { kind: 'unreadable', why: `has ${found.size} bytes; at most ${maxBytes} are read` }
    const bytes = await file.readFile()
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { kind: 'read', text, digest: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    const why = error instanceof TypeError ? 'is not UTF-8' : `cannot be read (${codeOf(error)})`
    return { kind: 'unreadable', why }
  }
}

/** Whether something stands at a path: also a link that leads nowhere, also where one may not look. */
async function stands(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    return codeOf(error) !== 'ENOENT'
  }
}

/** The same file under an ending that is not read. */
async function strayName(path: string): Promise<string | undefined> {
  const endings = /^(.*)\.(?:yaml|json)$/.exec(basename(path))
  if (!endings || (await stands(path))) return undefined
  const other = join(dirname(path), `${endings[1]}.yml`)
  return (await stands(other)) ? other : undefined
}
