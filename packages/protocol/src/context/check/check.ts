import type { Fault } from '../../document/diagnostic.ts'
import type { Document } from '../../document/document.ts'
import type { Context } from '../context.ts'

/** What the schema cannot say of a Context. */
export function checkContext(_document: Document<Context>): readonly Fault[] {
  return []
}
