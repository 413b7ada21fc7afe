/** What a failed attempt says of another one. */
export interface Retryable {
  /** How long (ms) the other side asks to be left alone. */
  readonly afterMs?: number
}

export interface RetryOptions {
  /** Attempts in all. */
  readonly attempts: number
  /** Before the second attempt, in milliseconds; then twice as long each time. */
  readonly firstMs: number
  /** The longest wait, whatever the other side asks for. */
  readonly mostMs: number
  readonly signal: AbortSignal
  /** 0 to 1: so that many who fail together do not come back together. */
  random(): number
  /** Undefined where trying again is of no use. */
  retryable(cause: unknown): Retryable | undefined
}

/** Does it until it is done, with longer and longer waits. Throws what the last attempt threw, or the signal's reason. */
export async function retried<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, firstMs, mostMs, signal, random, retryable } = options
  for (let made = 1; ; made++) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (cause) {
      const again = signal.aborted || made >= attempts ? undefined : retryable(cause)
      if (!again) throw cause
      const backoff = firstMs * 2 ** (made - 1) * (0.5 + random() / 2)
      await waited(Math.min(mostMs, Math.max(backoff, again.afterMs ?? 0)), signal)
    }
  }
}

function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
