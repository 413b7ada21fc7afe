import { isAbsolute, join, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { type Diagnostic, parseHostConfig, place } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { checkLists } from './check-lists.ts'
import { checkWiring } from './check-wiring.ts'
import {
  type ConfigFile,
  type ConfigOptions,
  defaultMachineFile,
  projectFiles,
  readConfigFile,
  userFile,
} from './config-file.ts'

/** The host's config as it was found. */
export interface LoadedConfig {
  /** From the outermost layer inwards. Empty when an error stands among the diagnostics: half a policy is none. */
  readonly layers: readonly HostLayer[]
  /** Every place that was looked at. */
  readonly files: readonly ConfigFile[]
  readonly diagnostics: readonly Diagnostic[]
  /** The text of each file that was read, by its path, to show the lines of diagnostics. */
  readonly texts: ReadonlyMap<string, string>
  readonly options: ConfigOptions
}

/**
 * Finds, reads and checks the layers of the host's config (host.md, Layers): the machine's, always; the user's; the
 * project's, discovered in the working folder or named with `--config`. Every fault of every file is a diagnostic, a file
 * that cannot be read too. Throws `host.no-config` when there is no config at all.
 */
export async function loadConfig(options: ConfigOptions): Promise<LoadedConfig> {
  const { cwd, home, machineFile = defaultMachineFile, configFile } = options
  for (const folder of [cwd, home]) {
    if (!isAbsolute(folder)) throw new HostError('host.refused', `\`${folder}\` is not the absolute path of a folder`)
  }
  const discovered = configFile === undefined
  const wanted: Omit<ConfigFile, 'exists'>[] = [
    { layer: 'machine', path: machineFile, discovered: false },
    { layer: 'user', path: userFile(home), discovered: false },
    ...(discovered ? projectFiles.map((name) => join(cwd, name)) : [resolve(cwd, configFile)]).map(
      (path) => ({ layer: 'project', path, discovered }) as const,
    ),
  ]
  const files: ConfigFile[] = []
  const layers: HostLayer[] = []
  const diagnostics: Diagnostic[] = []
  const texts = new Map<string, string>()
  for (const file of wanted) {
    const reading = await readConfigFile(file.path)
    if (reading.kind === 'absent' && (file.layer !== 'project' || discovered)) {
      files.push({ ...file, exists: false })
      continue
    }
    if (reading.kind !== 'read') {
      files.push({ ...file, exists: reading.kind !== 'absent' })
      diagnostics.push(
        wholeFile(file.path, `\`${file.path}\` ${reading.kind === 'absent' ? 'is not there' : reading.why}`),
      )
      continue
    }
    const before = files.find((other) => other.layer === file.layer && other.exists)
    files.push({ ...file, exists: true, digest: reading.digest })
    texts.set(file.path, reading.text)
    if (before) {
      diagnostics.push(wholeFile(file.path, `\`${before.path}\` stands beside it: a project has one config, not two`))
    }
    const parsed = parseHostConfig(reading.text, file.path)
    diagnostics.push(...parsed.diagnostics)
    if (parsed.document) layers.push({ layer: file.layer, document: parsed.document })
  }
  if (!files.some(({ exists }) => exists) && diagnostics.length === 0) throw noConfig(files)
  // Rules over all layers are judged when all layers are there: a missing one would look like missing names.
  if (!diagnostics.some(isError)) diagnostics.push(...checkWiring(layers), ...checkLists(layers))
  return { layers: diagnostics.some(isError) ? [] : layers, files, diagnostics, texts, options }
}

/**
 * Throws when there are errors, with each of them and its place: `host.layer-conflict` where layers contradict each other,
 * otherwise what they are: by default a document that is wrong.
 */
export function refuseInvalid(
  diagnostics: readonly Diagnostic[],
  code: 'host.document-invalid' | 'host.refused' = 'host.document-invalid',
): void {
  const errors = diagnostics.filter(isError)
  const [first] = errors
  if (!first) return
  const lines = errors.map((error) => `${place(error.range)}: ${error.message}${whatIsRight(error)}`)
  throw new HostError(first.code === 'layer' ? 'host.layer-conflict' : code, lines.join('\n'))
}

/** More allowed values than this are not listed in one line. */
const listed = 12

function whatIsRight({ expected = [], nearest }: Diagnostic): string {
  const more = expected.length > listed ? ` and ${expected.length - listed} more` : ''
  const words = `${expected.length > 1 ? 'one of ' : ''}${expected.slice(0, listed).join(', ')}${more}`
  const wanted = expected.length === 0 ? '' : `; expected ${words}`
  return nearest === undefined ? wanted : `${wanted}; did you mean \`${nearest}\`?`
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'

function wholeFile(file: string, message: string): Diagnostic {
  const range = { file, line: 1, column: 1, endLine: 1, endColumn: 1 }
  return { severity: 'error', code: 'syntax', message, range }
}

function noConfig(files: readonly ConfigFile[]): HostError {
  const looked = files.map(({ path }) => `\`${path}\``).join(', ')
  return new HostError(
    'host.no-config',
    `there is no host config, and nothing runs without one: looked for ${looked}; run \`ecp config init\` to make one`,
  )
}
