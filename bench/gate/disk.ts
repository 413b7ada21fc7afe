import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quantile } from '../harness/statistics.ts'

/** Milliseconds that the disk itself needs to append `bytes` to a file and flush them, where the ledgers are. */
export function flushTime(count: number, bytes = 4096): { readonly p50: number; readonly p99: number } {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-bench-disk-'))
  const file = openSync(join(folder, 'appended'), 'a')
  const chunk = Buffer.alloc(bytes, 'x')
  const samples = new Float64Array(count)
  try {
    for (let index = 0; index < count; index++) {
      const started = performance.now()
      writeSync(file, chunk)
      fsyncSync(file)
      samples[index] = performance.now() - started
    }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) }
}
