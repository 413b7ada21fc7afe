import { type Context, type Diagnostic, type Document, diagnostic, executorsOf, type Path } from '@ecp/protocol'

/**
 * What a Context asks for and this version cannot do, with its place: refused by name before anything starts, because a
 * rule that is passed over is worse than none.
 */
export function unsupportedInContext(context: Document<Context>): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report = (path: Path, what: string, instead: string) => {
    found.push(
      diagnostic(context, { code: 'unsupported', path, message: `${what} comes with a later version; ${instead}` }),
    )
  }
  const { plugins } = context.value
  for (const list of ['providers', 'executors', 'entries'] as const) {
    plugins?.[list]?.forEach(({ name, type }, index) => {
      if (type === 'builtin') return
      report(['plugins', list, index], `loading plugins (\`${name}\`, ${type})`, 'use what ships with ecp')
    })
  }
  for (const { name, path, executor } of executorsOf(context.value)) {
    if (executor.policies?.network === undefined) continue
    report(
      [...path, 'policies', 'network'],
      `limiting the network of an executor's servers (\`${name}\`)`,
      'it needs a sandbox; leave it out only if its servers may reach any address',
    )
  }
  return found
}
