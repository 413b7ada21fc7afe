import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { HostLayer } from '@ecp/policy'
import { isJsonObject } from '@ecp/protocol'
import { serverFolder } from './server-folder.ts'

/** A file that trust in a project covers. */
export interface CoveredFile {
  /** Absolute, links followed. */
  readonly path: string
  /** sha-256 (hex) of its bytes. */
  readonly digest: string
}

export interface Coverage {
  readonly covers: readonly CoveredFile[]
  /** What a `command` or `args` names inside the project that trust does not cover, and why: to be shown to who trusts. */
  readonly uncovered: readonly { readonly path: string; readonly why: string }[]
}

/** Endings that runtimes add to a name by themselves. */
const endings = [
  '.js',
  '.cjs',
  '.mjs',
  '.ts',
  '.cts',
  '.mts',
  '.json',
  '.node',
  '.py',
  '.sh',
  '.cmd',
  '.bat',
  '.exe',
  '.ps1',
]
/** Programs that run a folder: what they start there is covered. */
const runtimes = /^(?:node|nodejs|bun|deno|tsx|ts-node|python[\d.]*|ruby|php|perl)(?:\.exe|\.cmd)?$/i
const entries = ['package.json', '__main__.py', ...endings.map((ending) => `index${ending}`)]
/** Programs that take what they start from a file which no argument names. */
const implied: Readonly<Record<string, string>> = {
  npm: 'package.json',
  pnpm: 'package.json',
  yarn: 'package.json',
  bun: 'package.json',
  make: 'Makefile',
}

/**
 * Every file inside the project that the `command` or `args` of its stdio servers name, links followed, as it is now. A name
 * is also looked for inside an argument (`--require=./x.js`, `sh -c "./run.sh; ..."`): a file too many costs a question, one
 * too few runs unseen. What those files load in turn is not covered.
 */
export async function coverage(
  project: HostLayer,
  places: { readonly cwd: string; readonly home: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Coverage> {
  const root = dirname(project.document.file)
  const inside = await insideOf(root)
  const files = new Set<string>()
  const folders = new Set<string>()
  const add = async (path: string): Promise<'file' | 'folder' | undefined> => {
    const real = await realpath(path).catch(() => undefined)
    if (real === undefined || !(inside(path) || inside(real))) return undefined
    const found = await stat(real).catch(() => undefined)
    if (found?.isFile()) files.add(real)
    else if (found?.isDirectory()) folders.add(real)
    return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined
  }
  const addNamed = async (path: string) => {
    const found = await add(path)
    // A folder may stand beside the file that a runtime takes for the same name.
    if (found !== 'file') for (const ending of endings) await add(path + ending)
  }

  for (const wiring of Object.values(project.document.value.tools?.servers ?? {})) {
    if (wiring.transport.type !== 'stdio') continue
    const { command, args = [] } = wiring.transport
    const folder = serverFolder(project, wiring, places)
    const program = basename(command)
    if (/[\\/]/.test(command)) await addNamed(resolve(folder, command))
    else {
      const path = wiring.transport.env?.PATH ?? env.PATH ?? env.Path ?? ''
      for (const entry of new Set(path.split(delimiter))) {
        const bin = resolve(folder, entry)
        if (inside(bin) || inside(await realpath(bin).catch(() => bin))) await addNamed(join(bin, command))
      }
    }
    const script = implied[program]
    if (script !== undefined) await add(join(folder, script))
    for (const word of new Set(args.flatMap(words))) {
      const path = resolve(folder, word)
      await addNamed(path)
      if (!runtimes.test(program) || !folders.has(await realpath(path).catch(() => ''))) continue
      for (const entry of entries) await add(join(path, entry))
      const main = await mainOf(path)
      if (main !== undefined) await addNamed(resolve(path, main))
    }
  }
  const covers: CoveredFile[] = []
  const uncovered = [...folders].map((path) => ({ path, why: 'is a folder: what is in it may change' }))
  for (const path of [...files].toSorted()) {
    const digest = await digestOf(path)
    if (digest === undefined) uncovered.push({ path, why: 'cannot be read' })
    else covers.push({ path, digest })
  }
  return { covers, uncovered }
}

/** sha-256 (hex) of a file's bytes; `undefined` where it cannot be read. */
export async function digestOf(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

async function insideOf(root: string): Promise<(path: string) => boolean> {
  const roots = [root, await realpath(root).catch(() => root)]
  return (path) =>
    roots.some((root) => {
      const way = relative(root, path)
      return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
    })
}

/** Whatever in an argument could be a path: all of it, what stands after its first `=`, and the words of a command line. */
function words(argument: string): readonly string[] {
  const parts = [argument, argument.slice(argument.indexOf('=') + 1), ...argument.split(/[\s;&|()<>"'`$=,]+/)]
  return parts.filter((part) => part !== '' && !part.includes('\0')).map(withoutScheme)
}

function withoutScheme(word: string): string {
  if (!word.startsWith('file://')) return word
  try {
    return fileURLToPath(word)
  } catch {
    return word
  }
}

async function mainOf(folder: string): Promise<string | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return isJsonObject(manifest) && typeof manifest.main === 'string' ? manifest.main : undefined
  } catch {
    return undefined
  }
}
