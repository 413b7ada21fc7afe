import type { Authorization, Host, PerformOptions, ServerRequest, Settlement } from '@ecp/host'

type Lease = NonNullable<Authorization['lease']>
type Following = readonly [taskId: string, request: ServerRequest, options?: PerformOptions]

interface Share {
  calls: number
  /** Lease -> when it expires. */
  readonly leases: Map<string, number>
  readonly waiting: Set<() => void>
}

/** What is in flight at a client's boundaries, the newest and older ones that are to be closed. */
export class Work {
  readonly #shares = new Map<Host, Share>()

  /** Calls in flight, at all of them. */
  get calls(): number {
    return [...this.#shares.values()].reduce((sum, { calls }) => sum + calls, 0)
  }

  async during<T>(host: Host, work: (host: Host) => Promise<T>): Promise<T> {
    const share = this.#of(host)
    share.calls += 1
    try {
      return await work(host)
    } finally {
      share.calls -= 1
      this.#look(host, share)
    }
  }

  /** A lease was given: the boundary that gave it is the one to settle it. */
  leased(host: Host, { id, expiresAt }: Lease): void {
    const share = this.#of(host)
    share.leases.set(id, expiresAt)
  }

  /** Whether anything is leased that has not expired. */
  hasLeases(now: number): boolean {
    return [...this.#shares.values()].some(({ leases }) => [...leases.values()].some((expiresAt) => expiresAt > now))
  }

  async settle(id: string, newest: Host, settlement: Settlement): Promise<boolean> {
    const owner = [...this.#shares].find(([, { leases }]) => leases.has(id))
    const host = owner?.[0] ?? newest
    const isSettled = await host.gate.settle(id, settlement)
    if (owner) {
      owner[1].leases.delete(id)
      this.#look(...owner)
    }
    return isSettled
  }

  /** Goes on with a task where it was begun. */
  async followUp(newest: Host, ...following: Following): ReturnType<Host['gate']['followUp']> {
    for (const host of new Set([newest, ...this.#shares.keys()])) {
      const result = await this.during(host, () => host.gate.followUp(...following))
      if (result) return result
    }
    return undefined
  }

  /** Settles when nothing is in flight there, and every lease is settled or has expired. */
  async over(host: Host, now: () => number): Promise<void> {
    const share = this.#shares.get(host)
    if (!share) return
    while (share.calls > 0 || share.leases.size > 0) {
      const last = Math.max(0, ...share.leases.values())
      await changeOf(share, share.calls > 0 ? undefined : last - now())
      for (const [id, expiresAt] of share.leases) if (expiresAt <= now()) share.leases.delete(id)
    }
    this.#shares.delete(host)
  }

  #of(host: Host): Share {
    const known = this.#shares.get(host)
    if (known) return known
    const share: Share = { calls: 0, leases: new Map(), waiting: new Set() }
    this.#shares.set(host, share)
    return share
  }

  #look(host: Host, share: Share): void {
    if (share.calls > 0) return
    for (const wake of share.waiting) wake()
    if (share.leases.size === 0 && share.waiting.size === 0) this.#shares.delete(host)
  }
}

/** Settles when something has ended there, or after `ms`. */
function changeOf({ waiting }: Share, ms: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      waiting.delete(done)
      resolve()
    }
    waiting.add(done)
    const timer = ms === undefined ? undefined : setTimeout(done, Math.max(0, ms))
    timer?.unref()
  })
}
