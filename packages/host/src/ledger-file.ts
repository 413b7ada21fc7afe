import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'

/** What can say where the ledger is. */
export interface LedgerPlace {
  /** `--trace-dir`: a folder, resolved against `cwd`. */
  readonly traceDir?: string
  readonly cwd: string
  /** `ledger.path` of the host configuration, resolved against the folder of the file that says it. */
  readonly configured?: { readonly path: string; readonly base: string }
  /** The user's home folder. */
  readonly home: string
}

/**
 * The SQLite file of the ledger, as an absolute path: in the folder that the command line names, else where the
 * configuration says (a file if it ends in `.db`, otherwise a folder), else in `~/.ecp/ledger`.
 */
export function ledgerFile({ traceDir, cwd, configured, home }: LedgerPlace): string {
  if (traceDir !== undefined) return join(resolve(cwd, traceDir), 'ledger.db')
  if (configured) {
    const path = expandHome(configured.path, home)
    const absolute = isAbsolute(path) ? path : resolve(configured.base, path)
    return extname(absolute) === '.db' ? absolute : join(absolute, 'ledger.db')
  }
  return join(home, '.ecp', 'ledger', 'ledger.db')
}

function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path
}

/** Where the outermost layer that speaks of the ledger's path wants it. */
export function configuredLedger(layers: readonly HostLayer[]): LedgerPlace['configured'] {
  for (const { document } of layers) {
    const path = document.value.ledger?.path
    if (path !== undefined) return { path, base: dirname(document.file) }
  }
  return undefined
}
