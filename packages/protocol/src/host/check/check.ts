import type { Fault } from '../../document/diagnostic.ts'
import type { Document } from '../../document/document.ts'
import type { HostConfig } from '../config.ts'

/** What the schema cannot say of a host config and one document alone can tell. */
export function checkHostConfig(_document: Document<HostConfig>): readonly Fault[] {
  return []
}
