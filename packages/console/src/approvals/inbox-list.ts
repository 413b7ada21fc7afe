import type { ApprovalKind, OperatorApproval, OperatorApprovalSummary, OperatorApprovals } from '@ecp/protocol'
import { get } from '../api/ask.ts'
import { type LiveEvent, live } from '../api/live.ts'
import { type ConsoleError, errorOf } from '../error.ts'
import { isOpenState } from './standing.ts'

export interface InboxFilter {
  readonly state: 'open' | 'all'
  readonly kind: ApprovalKind | 'all'
}

export interface Inbox {
  /** The newest first. What is over by now stays in its place until the list is opened again: nothing moves under a hand. */
  readonly approvals: readonly OperatorApprovalSummary[]
  /** Nothing was read yet. */
  readonly isFirst: boolean
  /** There are more, and they are not being read. */
  readonly hasMore: boolean
  readonly isReading: boolean
  readonly error: ConsoleError | undefined
}

const firstPage = 100
const nextPages = 500
/** Read without being asked for; the rest on demand. */
const readAhead = 20_000
/** Rows that changed are read one by one up to here, and all anew beyond. */
const mostSingle = 20

/** One list of approvals, read page by page and kept current. */
export class InboxList {
  #inbox: Inbox = { approvals: [], isFirst: true, hasMore: false, isReading: false, error: undefined }
  readonly #filter: InboxFilter
  readonly #listeners = new Set<() => void>()
  readonly #changed = new Set<string>()
  #cursor: string | undefined
  #isBusy = false
  #isAnew = true

  constructor(filter: InboxFilter) {
    this.#filter = filter
    live.hear((event) => this.#hear(event))
  }

  readonly get = (): Inbox => this.#inbox

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Somebody looks at it: what is over goes, what was never read or is old is read. */
  open(): void {
    if (this.#filter.state === 'open' && !this.#inbox.isFirst) {
      const now = Date.now()
      const still = this.#inbox.approvals.filter(({ state, until }) => isOpenState(state) && until > now)
      this.#set({ approvals: still })
    }
    void this.#work()
  }

  readAnew(): void {
    this.#isAnew = true
    void this.#work()
  }

  async readMore(): Promise<void> {
    const cursor = this.#cursor
    if (this.#isBusy || cursor === undefined) return
    await this.#alone(async () => {
      const page = await this.#page(nextPages, cursor)
      this.#cursor = page.nextCursor
      this.#set({ approvals: [...this.#inbox.approvals, ...page.approvals] })
    })
    void this.#work()
  }

  #hear(event: LiveEvent): void {
    if (event.kind === 'again' || (event.kind === 'approval' && event.data.more)) this.#isAnew = true
    else if (event.kind === 'approval') for (const id of event.data.approvals) this.#changed.add(id)
    else return
    if (!this.#inbox.isFirst) void this.#work()
  }

  /** One after the other: what is told meanwhile is looked at in the next round. */
  async #work(): Promise<void> {
    if (this.#isBusy) return
    while (this.#isAnew || this.#changed.size > 0) {
      const isDone = await this.#alone(() => (this.#isAnew ? this.#readAll() : this.#readChanged()))
      if (!isDone) return
    }
  }

  async #alone(read: () => Promise<void>): Promise<boolean> {
    this.#isBusy = true
    this.#set({ isReading: true, error: undefined })
    try {
      await read()
      return true
    } catch (cause) {
      this.#isAnew = true
      this.#set({ error: errorOf(cause) })
      return false
    } finally {
      this.#isBusy = false
      this.#set({ isReading: false, hasMore: this.#cursor !== undefined })
    }
  }

  async #readAll(): Promise<void> {
    this.#isAnew = false
    this.#changed.clear()
    // Who sees a list sees it until the new one is whole.
    const isShown = this.#inbox.approvals.length > 0
    const most = Math.max(readAhead, this.#inbox.approvals.length)
    let page = await this.#page(firstPage)
    let approvals = page.approvals
    if (!isShown) this.#set({ approvals, isFirst: false })
    while (page.nextCursor !== undefined && approvals.length < most) {
      page = await this.#page(nextPages, page.nextCursor)
      approvals = [...approvals, ...page.approvals]
      if (!isShown) this.#set({ approvals })
    }
    this.#cursor = page.nextCursor
    this.#set({ approvals, isFirst: false })
  }

  async #readChanged(): Promise<void> {
    const told = new Set(this.#changed)
    const head = await this.#page(firstPage)
    const known = new Map(this.#inbox.approvals.map((approval) => [approval.approval, approval]))
    const fresh = head.approvals.filter(({ approval }) => !known.has(approval))
    const inHead = new Map(head.approvals.map((approval) => [approval.approval, approval]))
    const away = [...told].filter((id) => known.has(id) && !inHead.has(id))
    // More came than one page holds, or more changed than is worth asking for one by one.
    const isApart = head.nextCursor !== undefined && fresh.length === head.approvals.length
    if (isApart || away.length > mostSingle) {
      this.#isAnew = true
      return
    }
    const read = new Map<string, OperatorApprovalSummary>(inHead)
    for (const id of away) read.set(id, await get<OperatorApproval>(`/approvals/${encodeURIComponent(id)}`))
    for (const id of told) this.#changed.delete(id)
    const kept = this.#inbox.approvals.map((approval) => read.get(approval.approval) ?? approval)
    this.#set({ approvals: fresh.length === 0 ? kept : [...fresh, ...kept] })
  }

  #page(limit: number, cursor?: string): Promise<OperatorApprovals> {
    const { state, kind } = this.#filter
    const query = new URLSearchParams({ state, limit: limit.toString() })
    if (kind !== 'all') query.set('kind', kind)
    if (cursor !== undefined) query.set('cursor', cursor)
    return get<OperatorApprovals>(`/approvals?${query}`)
  }

  #set(change: Partial<Inbox>): void {
    this.#inbox = { ...this.#inbox, ...change }
    for (const listener of this.#listeners) listener()
  }
}
