import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

/** A folder of its own for one run: the files at stake, the settings, and all that the programs write of themselves. */
export interface Stage extends Disposable {
  /** Holds `public/note.txt`, which may be read, and `private/salaries.txt`, which may not. */
  readonly folder: string
  /** For OpenClaw's home, state, working and temporary folders. */
  readonly home: string
  /** Where ECP's settings lie. */
  readonly settings: string
  /** OpenClaw's settings. */
  readonly openclawConfig: string
  /** The tool calls that reached the server `files`. */
  callsToServer(): readonly { name: string; arguments: unknown }[]
}

const ToolCall = z.object({
  method: z.literal('tools/call'),
  params: z.object({ name: z.string(), arguments: z.unknown() }),
})

const Wiring = z.looseObject({
  tools: z.looseObject({ servers: z.looseObject({ files: z.looseObject({ transport: z.looseObject({}) }) }) }),
})

const here = import.meta.dirname

/** How OpenClaw gets to ECP: it starts `ecp mcp`, or connects to `ecp serve`. */
export type OpenclawFile = 'openclaw.json' | 'openclaw.http.json'

/** What is set otherwise than in the example's first settings. */
export interface StageChanges {
  /** The Context, in place of `assistant.yaml`. */
  readonly assistant?: string
  /** What stands in `ecp.config.yaml`, too. */
  readonly config?: Readonly<Record<string, unknown>>
}

/** Sets the stage, with this example's settings as they are but for the placeholders, the server's place and `changes`. */
export function setStage(openclawFile: OpenclawFile, changes: StageChanges = {}): Stage {
  // The real path: a temporary folder can be a link, and the filesystem server compares real paths.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-openclaw-')))
  const folder = join(root, 'folder')
  const home = join(root, 'home')
  const settings = join(root, 'settings')
  const log = join(root, 'to-server.jsonl')
  for (const path of [join(folder, 'public'), join(folder, 'private'), home, settings])
    mkdirSync(path, { recursive: true })
  writeFileSync(join(folder, 'public', 'note.txt'), 'The meeting is on Tuesday.\n')
  writeFileSync(join(folder, 'private', 'salaries.txt'), 'Everyone earns the same.\n')
  writeFileSync(log, '')

  const filled = (name: string) =>
    readFileSync(join(here, name), 'utf8')
      .replaceAll('/path/to/ecp', join(here, '..', '..'))
      .replaceAll('/path/to/settings', settings)
      .replaceAll('/path/to/folder', folder)
  const openclawConfig = join(settings, 'openclaw.json')
  writeFileSync(openclawConfig, filled(openclawFile))
  writeFileSync(join(settings, 'assistant.yaml'), filled(changes.assistant ?? 'assistant.yaml'))
  const config = { ...tapped(filled('ecp.config.yaml'), log, folder), ...changes.config }
  writeFileSync(join(settings, 'ecp.config.yaml'), stringify(config))

  return {
    folder,
    home,
    settings,
    openclawConfig,
    callsToServer: () => jsonLines(log).flatMap((message) => ToolCall.safeParse(message).data?.params ?? []),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Puts `changes` in the place of OpenClaw's settings of the same names. */
export function changeOpenclawConfig(stage: Stage, changes: Readonly<Record<string, unknown>>) {
  const config = z.looseObject({}).parse(JSON.parse(readFileSync(stage.openclawConfig, 'utf8')))
  writeFileSync(stage.openclawConfig, JSON.stringify({ ...config, ...changes }, null, 2))
}

/** The same wiring, with the wiretap and the installed server in place of npx, which would ask the network. */
function tapped(config: string, log: string, folder: string): object {
  const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
  const wiring = Wiring.parse(parse(config))
  Object.assign(wiring.tools.servers.files.transport, {
    command: process.execPath,
    args: [join(here, 'wiretap.ts'), log, process.execPath, server, folder],
  })
  return wiring
}

function jsonLines(file: string): readonly unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line))
}
