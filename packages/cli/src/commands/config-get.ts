import { type EffectiveLine, effectiveConfig, effectiveJson, effectiveText, refuseInvalid } from '@ecp/host'
import { isJsonObject, type Json, nearest, print } from '@ecp/protocol'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { hostConfig } from '../host-config.ts'
import type { Invocation } from '../invocation.ts'
import { visible, visibleLines } from '../terminal/visible.ts'

export interface ConfigGetOptions {
  readonly effective?: boolean
}

/** What the layers come to, or what the innermost layer says; all of it, or the part at a dotted path. */
export async function configGet(
  invocation: Invocation,
  path: string | undefined,
  { effective = false }: ConfigGetOptions,
): Promise<ExitCode> {
  const { terminal, common, cwd, home } = invocation
  const config = await hostConfig(invocation)
  refuseInvalid(config.diagnostics)
  if (effective) {
    const lines = linesAt(effectiveConfig(config), path)
    if (common.json) terminal.out(JSON.stringify(effectiveJson(lines), null, 2))
    else terminal.out(visibleLines(effectiveText(lines, { cwd, home }).trimEnd()))
    return exitCodes.done
  }
  const innermost = config.layers.at(-1)
  if (!innermost) throw new CliError('cli.not-found', 'there is no host configuration')
  // reason: a checked document is JSON, `undefined` left out
  const value = valueAt(withoutValues(JSON.parse(JSON.stringify(innermost.document.value)) as Json), path)
  if (common.json) terminal.out(JSON.stringify(value, null, 2))
  else {
    terminal.err(`${innermost.layer} layer, ${visible(innermost.document.file)}:`)
    terminal.out(visibleLines(print(value).trimEnd()))
  }
  return exitCodes.done
}

/** The lines below a dotted path. Throws `cli.not-found` with the nearest path where there is none. */
function linesAt(lines: readonly EffectiveLine[], path: string | undefined): readonly EffectiveLine[] {
  if (path === undefined) return lines
  const dotted = lines.map((line) => ({ line, name: line.path.join('.') }))
  const found = dotted.filter(({ name }) => name === path || name.startsWith(`${path}.`))
  if (found.length > 0) return found.map(({ line }) => line)
  throw nothingAt(path, [
    ...new Set(lines.flatMap(({ path: whole }) => whole.map((_, at) => whole.slice(0, at + 1).join('.')))),
  ])
}

/** The value at a dotted path; keys may hold dots themselves, as `process.env` does. */
function valueAt(value: Json, path: string | undefined): Json {
  if (path === undefined) return value
  const found = below(value, path)
  if (found !== undefined) return found
  throw nothingAt(path, isJsonObject(value) ? pathsOf(value) : [])
}

function below(value: Json, path: string): Json | undefined {
  if (Array.isArray(value)) return childBelow(Object.entries(value), path)
  return isJsonObject(value) ? childBelow(Object.entries(value), path) : undefined
}

function childBelow(entries: readonly (readonly [string, Json])[], path: string): Json | undefined {
  for (const [key, child] of entries) {
    if (key === path) return child
    const found = path.startsWith(`${key}.`) ? below(child, path.slice(key.length + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function pathsOf(value: Json, before = ''): string[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) => [`${before}${key}`, ...pathsOf(child, `${before}${key}.`)])
}

function nothingAt(path: string, paths: readonly string[]): CliError {
  const meant = nearest(path, paths)
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`
  return new CliError('cli.not-found', `there is nothing at \`${path}\`${hint}`)
}

/** Values of `env` and headers can be secrets that somebody wrote down literally: the names are enough. */
function withoutValues(value: Json, hidden = false): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutValues(item, hidden))
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [
        key,
        withoutValues(child, hidden || key === 'env' || key === 'headers'),
      ]),
    )
  }
  return hidden ? '[not shown]' : value
}
