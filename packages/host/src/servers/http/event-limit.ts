import { type BodyWatch, tooLarge } from '../../network/body.ts'

const lf = 0x0a
const cr = 0x0d
const colon = 0x3a

/**
 * A limit on each event of an event stream (HTML, 9.2.6) instead of on the whole of it, which may go on for days. Comments
 * count by themselves only: a server may keep a stream alive with them for as long as it likes.
 */
export function eventLimit(who: string, maxBytes: number): Pick<BodyWatch, 'data'> {
  let event = 0
  let line = 0
  let isComment = false
  let afterCr = false
  const endLine = () => {
    if (line === 0) event = 0
    else if (!isComment) event += line
    line = 0
  }
  return {
    data(chunk) {
      let nextLf = chunk.indexOf(lf)
      let nextCr = chunk.indexOf(cr)
      for (let at = 0; at < chunk.length; ) {
        const end = nextLf < 0 ? nextCr : nextCr < 0 ? nextLf : Math.min(nextLf, nextCr)
        const until = end < 0 ? chunk.length : end
        if (line === 0) isComment = chunk[at] === colon
        line += until - at
        if (event + line > maxBytes) throw tooLarge(who, 'an event', maxBytes)
        if (end < 0) return
        // The LF of a CRLF ends no line of its own.
        if (!(chunk[end] === lf && afterCr && line === 0)) endLine()
        afterCr = chunk[end] === cr
        at = end + 1
        if (end === nextLf) nextLf = chunk.indexOf(lf, at)
        else nextCr = chunk.indexOf(cr, at)
      }
    },
  }
}
