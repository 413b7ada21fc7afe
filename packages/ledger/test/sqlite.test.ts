import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLedger } from '../src/index.ts'
import { ledgerSuite } from './suite.ts'

ledgerSuite('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-ledger-'))
  return {
    open: () => openSqliteLedger({ file: join(folder, 'ledger.db') }),
    remove: () => rmSync(folder, { recursive: true }),
  }
})
