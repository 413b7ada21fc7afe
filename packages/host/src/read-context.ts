import { readFile } from 'node:fs/promises'
import { type Context, type Document, parseContext } from '@ecp/protocol'
import { refuseInvalid } from './config/load-config.ts'
import { HostError } from './error.ts'

/** Throws `host.document-invalid` for a Context that cannot be read, with every error that it has. */
export async function readContext(file: string): Promise<Document<Context>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new HostError('host.document-invalid', `Context \`${file}\` cannot be read: ${cause.code ?? cause.message}`)
  })
  const { document, diagnostics } = parseContext(text, file)
  refuseInvalid(diagnostics)
  if (!document) throw new HostError('host.document-invalid', `Context \`${file}\` holds no document`)
  return document
}
