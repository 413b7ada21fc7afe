import { join } from 'node:path'
import { measureInChild } from '../harness/child.ts'
import type { EcpFiles } from '../harness/ecp-files.ts'
import { writeHeldFiles } from './held-files.ts'
import type { Inbox } from './inbox.ts'

const script = join(import.meta.dirname, 'fill-inbox.ts')

/** A ledger with so many pending approvals. */
export async function filled(count: number): Promise<{ readonly files: EcpFiles; readonly inbox: Inbox }> {
  const files = writeHeldFiles('1ms')
  const { folder, context, environment } = files
  const options = {
    cwd: folder,
    home: environment.HOME,
    configFile: join(folder, 'ecp.config.yaml'),
    contextFile: context,
    traceDir: join(folder, 'ledger'),
    inputs: {},
    client: 'bench',
    principal: 'bench',
    env: { PATH: process.env.PATH },
    version: '0.0.0',
  }
  return { files, inbox: await measureInChild<Inbox>(script, JSON.stringify(options), String(count)) }
}
