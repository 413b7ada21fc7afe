import { type LogInOptions, logIn } from '@ecp/host'

/**
 * A person at a browser who agrees to everything: opens the address that `ecp login` shows, and follows where it leads, back
 * to this machine.
 */
export async function signIn(options: Omit<LogInOptions, 'server' | 'timeoutMs' | 'now' | 'onUrl'>): Promise<void> {
  const follow = async (url: string) => {
    const answer = await fetch(url, { redirect: 'manual' })
    const next = answer.headers.get('location')
    if (next !== null) await follow(new URL(next, url).href)
  }
  await logIn({
    ...options,
    server: 'suite',
    timeoutMs: 20_000,
    now: Date.now,
    onUrl: (url) => void follow(url).catch((cause: unknown) => console.error(cause)),
  })
}
