import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { type Action, isJsonObject, type Json } from '@ecp/protocol'
import { serverFolder } from '../config/server-folder.ts'

/** What an action would make of a file, if its arguments mean what they look like. */
export interface FileChange {
  /** As the arguments name it, and where that is. */
  readonly path: string
  readonly file: string
  /** Undefined: there is no such file yet. */
  readonly before?: string
  readonly after: string
  /** What of it would not work as the file is now. */
  readonly faults: readonly string[]
}

/** Where servers on this machine work. */
export interface Places {
  readonly layers: readonly HostLayer[]
  readonly cwd: string
  readonly home: string
}

interface Edit {
  readonly oldText: string
  readonly newText: string
}

/** Larger files are not compared. */
const maxBytes = 1_000_000

/**
 * The change that a call of a tool on this machine would make, where its arguments are `{path, content}` or `{path, edits:
 * [{oldText, newText}]}`; nothing for other calls. A sentence where the file cannot be compared. Reads the file as it is now.
 */
export async function fileChange({ kind, target, arguments: args }: Action, places: Places) {
  const wanted = kind === 'tool.call' ? changeIn(args) : undefined
  const folder = wanted && folderOf(target, places)
  if (!wanted || folder === undefined) return undefined
  const file = isAbsolute(wanted.path) ? wanted.path : resolve(folder, wanted.path)
  const found = await textOf(file)
  if (found.why !== undefined) return { why: `\`${wanted.path}\` ${found.why}` }
  const before = found.text
  if (wanted.content !== undefined) {
    return {
      change: {
        path: wanted.path,
        file,
        ...(before === undefined ? {} : { before }),
        after: wanted.content,
        faults: [],
      },
    }
  }
  if (before === undefined) return { why: `\`${wanted.path}\` is to be edited, and there is no such file` }
  const { text, faults } = edited(before, wanted.edits ?? [])
  return { change: { path: wanted.path, file, before, after: text, faults } }
}

function changeIn(args: Json): { path: string; content?: string; edits?: readonly Edit[] } | undefined {
  if (!isJsonObject(args) || typeof args.path !== 'string' || args.path === '') return undefined
  const { path, content, edits } = args
  if (typeof content === 'string') return { path, content }
  const all: readonly Json[] = Array.isArray(edits) ? edits : []
  const read = all.flatMap((edit) => {
    if (!isJsonObject(edit)) return []
    const { oldText, newText } = edit
    return typeof oldText === 'string' && typeof newText === 'string' ? [{ oldText, newText }] : []
  })
  return all.length > 0 && read.length === all.length ? { path, edits: read } : undefined
}

/** The folder of a server that runs here. */
function folderOf(target: string, { layers, cwd, home }: Places): string | undefined {
  const server = target.slice(0, target.indexOf(':'))
  for (const layer of layers) {
    const wiring = layer.document.value.tools?.servers?.[server]
    if (wiring?.transport.type === 'stdio') return serverFolder(layer, wiring, { cwd, home })
  }
  return undefined
}

/** Each edit replaces the first place that its text stands at, one after the other. */
function edited(before: string, edits: readonly Edit[]): { readonly text: string; readonly faults: readonly string[] } {
  const faults: string[] = []
  let text = before
  edits.forEach(({ oldText, newText }, index) => {
    const at = text.indexOf(oldText)
    if (at >= 0) text = text.slice(0, at) + newText + text.slice(at + oldText.length)
    else faults.push(`edit ${index + 1}: its \`oldText\` does not stand in the file as it is now; see the arguments`)
  })
  return { text, faults }
}

/** The agent names the file: it can be a pipe, a device, anything. */
async function textOf(file: string): Promise<{ readonly text?: string; readonly why?: string }> {
  try {
    // Without O_NONBLOCK opening a named pipe would wait for a writer.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const found = await handle.stat()
    if (!found.isFile()) return { why: 'is not a file' }
    if (found.size > maxBytes) return { why: `has ${found.size} bytes, too many to be compared here` }
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await handle.readFile()) }
  } catch (cause) {
    if (cause instanceof TypeError && !('syscall' in cause)) return { why: 'is not text' }
    const { code } = cause as NodeJS.ErrnoException // reason: fs throws only system errors
    return code === 'ENOENT' ? {} : { why: `cannot be read (${code})` }
  }
}
