import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@ecp/protocol'
import { parse } from 'yaml'

interface Permitted {
  readonly step: string
  readonly at: string
  /** Left out where the value is long or nobody's promise; the same for `gated`. */
  readonly direct?: Json
  readonly gated?: Json
  readonly reason: string
}
interface Table {
  /** Messages of these methods are not compared. */
  readonly unrecorded: readonly { readonly method: string; readonly reason: string }[]
  /** Lists whose order is not compared. */
  readonly sorted: readonly { readonly list: string; readonly by: string; readonly reason: string }[]
  readonly differences: readonly Permitted[]
}

/** The table of what may differ. */
export const permitted: Table = parse(readFileSync(join(import.meta.dirname, 'differences.yaml'), 'utf8'))
