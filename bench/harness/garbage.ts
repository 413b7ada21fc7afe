// Loaded before the program of another process (`node --expose-gc --import`): when its parent asks, it collects its garbage
// and says what memory is left.
process.on('message', () => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ rss, heapUsed } satisfies MemoryLeft)
})
// It ends when its program does.
process.channel?.unref()

/** Bytes. */
export interface MemoryLeft {
  readonly rss: number
  readonly heapUsed: number
}
