import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLedger } from '../src/index.ts'
import { grantSuite } from './grant-suite.ts'
import { ledgerSuite, type Place } from './suite.ts'

function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-ledger-'))
  return {
    open: () => openSqliteLedger({ file: join(folder, 'ledger.db') }),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

ledgerSuite('SQLite', place)
grantSuite('SQLite', place)
