import { expect, test } from 'vitest'
import { ledgerFile } from './ledger-file.ts'

const home = '/home/ada'
const cwd = '/work'

test.each([
  [{ home, cwd }, '/home/ada/.ecp/ledger/ledger.db'],
  [{ home, cwd, traceDir: 'traces' }, '/work/traces/ledger.db'],
  [{ home, cwd, traceDir: '/t', configured: { path: 'x', base: '/etc/ecp' } }, '/t/ledger.db'],
  [{ home, cwd, configured: { path: 'ledger', base: '/etc/ecp' } }, '/etc/ecp/ledger/ledger.db'],
  [{ home, cwd, configured: { path: 'audit.db', base: '/etc/ecp' } }, '/etc/ecp/audit.db'],
  [{ home, cwd, configured: { path: '~/audit', base: '/etc/ecp' } }, '/home/ada/audit/ledger.db'],
])('%j is %s', (place, file) => {
  expect(ledgerFile(place)).toBe(file)
})
