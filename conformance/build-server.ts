import { join } from 'node:path'
import { bundle } from '../scripts/bundle.ts'
import { serverFolder } from './server-script.ts'

/** Builds what `serverScript` names where its source is newer than it is: before all tests. */
export default function buildServer(): Promise<void> {
  const entries = { server: join(import.meta.dirname, 'server.ts') }
  return bundle({ entries, folder: serverFolder, madeOf: ['conformance/server.ts', 'package-lock.json'] })
}
