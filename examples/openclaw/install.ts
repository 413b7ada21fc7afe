import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The version that the example is tested with. */
export const openclawVersion = '2026.9.6'

/** The folder of the installed versions: `ECP_OPENCLAW_DIR`, or `ecp-openclaw` in the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.ECP_OPENCLAW_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ecp-openclaw')
}

/**
 * Installs OpenClaw outside the workspace (it is 650 MB), unless it is there, and returns the path of its program.
 * A folder that bears the version's name is complete: it is made under another name and renamed at the end, so that an
 * interrupted install is never taken for a whole one, and of two at a time one wins.
 */
export async function installOpenClaw(say: (line: string) => void): Promise<string> {
  const cache = cacheFolder()
  const finished = join(cache, openclawVersion)
  await mkdir(cache, { recursive: true })
  await removeAbandoned(cache)
  if (existsSync(finished)) return program(finished)

  const partial = await mkdtemp(join(cache, unfinished))
  try {
    say(`installing openclaw ${openclawVersion} in ${finished} (650 MB, half a minute or more)`)
    await writeFile(join(partial, 'package.json'), '{ "private": true }\n')
    await npmInstall(partial)
    await firstStart(partial)
    await rename(partial, finished).catch((error: unknown) => {
      if (!existsSync(finished)) throw error // otherwise another process was quicker, and its install will do
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  say(`installed openclaw ${openclawVersion}`)
  return program(finished)
}

const unfinished = 'unfinished-'

function program(folder: string): string {
  return join(folder, 'node_modules', 'openclaw', 'openclaw.mjs')
}

async function npmInstall(folder: string) {
  // A constant line, so that one shell form serves npm on Linux and macOS and npm.cmd on Windows.
  const line = `npm install --ignore-scripts --no-audit --no-fund --loglevel=error openclaw@${openclawVersion}`
  // npm runs on the Node that is first in the PATH and leaves out what does not fit it, so that has to be this one.
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`
  // What npm prints is progress: on stderr, out of the way of whoever reads our stdout.
  const npm = spawn(line, { cwd: folder, shell: true, stdio: ['ignore', 2, 2], env: { ...process.env, PATH } })
  const [code] = await once(npm, 'exit')
  if (code !== 0) throw new InstallError(`\`${line}\` ended with exit code ${code}; its output above says why`)
}

/**
 * OpenClaw catches up on skipped install scripts when it starts for the first time. Done here, with the part that
 * would fetch and repair switched off, it proves that the install works and leaves nothing to write for later runs.
 */
async function firstStart(folder: string) {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    OPENCLAW_STATE_DIR: join(folder, 'state'),
    OPENCLAW_DISABLE_BUNDLED_PLUGIN_POSTINSTALL: '1',
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  const { stdout } = await promisify(execFile)(process.execPath, [program(folder), '--version'], {
    env,
    timeout: 60_000,
  })
  if (!stdout.includes(openclawVersion)) throw new InstallError(`openclaw says it is \`${stdout.trim()}\``)
}

/** Removes what interrupted installs left behind; a young one may still be at work. */
async function removeAbandoned(cache: string) {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(unfinished)) continue
    const found = await stat(join(cache, name)).catch(() => undefined) // gone: its own process was done with it
    if (found !== undefined && Date.now() - found.mtimeMs > 3_600_000)
      await rm(join(cache, name), { recursive: true, force: true })
  }
}

class InstallError extends Error {
  override readonly name = 'InstallError'
  readonly code = 'openclaw.install-failed'
}

if (import.meta.main) console.log(await installOpenClaw((line) => console.error(line)))
