import type { LoadedConfig } from '@ecp/host'
import type { Context, Document } from '@ecp/protocol'
import { formatDiagnostic } from '@ecp/protocol'
import { CliError } from './error.ts'
import { hostConfig } from './host-config.ts'
import type { Invocation } from './invocation.ts'
import { readContext } from './read-context.ts'

/** A Context and the host configuration, both without errors. Throws `cli.document-invalid` with every one there is. */
export async function soundDocuments(
  invocation: Invocation,
  file: string,
): Promise<{ readonly context: Document<Context>; readonly config: LoadedConfig }> {
  const context = await readContext(invocation, file)
  const config = await hostConfig(invocation)
  const texts = new Map([...config.texts, [file, context.text]])
  const errors = [...context.diagnostics, ...config.diagnostics].filter(({ severity }) => severity === 'error')
  if (!context.document || errors.length > 0) {
    const lines = errors.map((error) => {
      const text = texts.get(error.range.file)
      return formatDiagnostic(error, text === undefined ? {} : { text })
    })
    throw new CliError('cli.document-invalid', lines.join('\n'))
  }
  return { context: context.document, config }
}
