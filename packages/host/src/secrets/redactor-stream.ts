import type { Findings } from './redaction.ts'
import type { RedactorStream } from './redactor.ts'

interface Search {
  find(bytes: Uint8Array): Findings
  text(text: string): string
}

/** More than this is never held back (UTF-16 units): longer than any secret in its longest form. */
const mostHeld = 256_000
/** The end of a text in the middle of an escape, a line break or a surrogate pair. */
const unfinished = /(?:[\\%][\\%ux\da-f]{0,31}|\r|[\ud800-\udbff])$/i
/** An escaped high surrogate, which means something only with the escape after it. */
const firstHalf = /\\{1,8}u[d][89ab][\da-f]{2}$/i

/** Holds back the end of the text as long as it could be the beginning of a secret, and nothing more. */
export function redactorStream(search: Search): RedactorStream {
  let held = ''
  const end = () => {
    const out = search.text(held)
    held = ''
    return out
  }
  return {
    write(chunk) {
      held += chunk
      const settled = held.length - unfinishedLength(held)
      const bytes = Buffer.from(held.slice(0, settled), 'utf8')
      const cut = safeCut(bytes, search.find(bytes))
      if (held.length - cut > mostHeld && cut === 0) return end()
      const out = search.text(bytes.toString('utf8', 0, cut))
      held = bytes.toString('utf8', cut) + held.slice(settled)
      return out
    },
    end,
  }
}

function unfinishedLength(text: string): number {
  const last = text.slice(-48)
  const match = unfinished.exec(last)
  if (!match) return 0
  const before = firstHalf.exec(last.slice(0, match.index))
  return last.length - (before ?? match).index
}

/** The last offset up to which the bytes can be told on their own. */
function safeCut(bytes: Uint8Array, { ranges, open }: Findings): number {
  // One character more: before base64 it may carry bits of the secret.
  let cut = open < bytes.length ? Math.max(0, open - 1) : bytes.length
  for (let before = -1; before !== cut; ) {
    before = cut
    for (let steps = 0; steps < 32 && cut > 0 && cut < bytes.length && continuesUnit(bytes, cut); steps++) cut--
    for (const range of ranges) if (range.start < cut && range.end > cut) cut = range.start
  }
  return cut
}

/** Whether cutting here would split a character (UTF-8) or an escape. */
function continuesUnit(bytes: Uint8Array, at: number): boolean {
  const [before, here] = [bytes[at - 1] ?? 0, bytes[at] ?? 0]
  return (here & 0xc0) === 0x80 || before === 0x5c || before === 0x25
}
