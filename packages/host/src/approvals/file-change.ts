import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { type Action, isJsonObject, type Json } from '@ecp/protocol'

/** What an action would make of a file, if its arguments mean what they look like. */
export interface FileChange {
  /** Absolute, as the arguments name it. */
  readonly path: string
  /** Undefined: there is no such file yet. */
  readonly before?: string
  readonly after: string
  /** What of it would not work as the file is now. */
  readonly faults: readonly string[]
}

interface Edit {
  readonly oldText: string
  readonly newText: string
}

/** Larger files are not compared. */
const maxBytes = 1_000_000

/**
 * The change that a call of a tool on this machine would make, where its arguments are `{path, content}` or `{path, edits:
 * [{oldText, newText}]}`; nothing for other calls. A sentence where the file cannot be compared: where a path is relative, only its
 * server knows to what. Reads the file as it is now.
 */
export async function fileChange({ kind, target, arguments: args }: Action, layers: readonly HostLayer[]) {
  const wanted = kind === 'tool.call' ? changeIn(args) : undefined
  if (!wanted || !runsHere(target, layers)) return undefined
  if (!isAbsolute(wanted.path)) {
    return {
      why: `\`${wanted.path}\` is relative, and only the server knows to which folder: it cannot be compared here`,
    }
  }
  const found = await textOf(wanted.path)
  if (found.why !== undefined) return { why: `\`${wanted.path}\` ${found.why}` }
  const before = found.text
  if (wanted.content !== undefined) {
    return {
      change: {
        path: wanted.path,
        ...(before === undefined ? {} : { before }),
        after: wanted.content,
        faults: [],
      },
    }
  }
  if (before === undefined) return { why: `\`${wanted.path}\` is to be edited, and there is no such file` }
  const { text, faults } = edited(before, wanted.edits ?? [])
  return { change: { path: wanted.path, before, after: text, faults } }
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

/** Whether it is a tool of a server that runs on this machine. */
function runsHere(target: string, layers: readonly HostLayer[]): boolean {
  const server = target.slice(0, target.indexOf(':'))
  return layers.some(({ document }) => document.value.tools?.servers?.[server]?.transport.type === 'stdio')
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
