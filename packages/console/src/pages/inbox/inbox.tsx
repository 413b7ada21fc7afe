import { useEffect, useSyncExternalStore } from 'react'
import { useSearchParams } from 'wouter'
import { type InboxFilter, InboxList } from '../../approvals/inbox-list.ts'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import './inbox.css'
import { InboxFilters } from './inbox-filters.tsx'
import { InboxRows } from './inbox-rows.tsx'

// Each is kept while the console is open, current by what the host tells: coming back to the inbox costs nothing.
const lists = new Map<string, InboxList>()

function listOf(filter: InboxFilter): InboxList {
  const key = `${filter.state} ${filter.kind}`
  const known = lists.get(key)
  if (known) return known
  const list = new InboxList(filter)
  lists.set(key, list)
  return list
}

/** What waits for a person, the newest first. */
export default function InboxPage() {
  const [search, setSearch] = useSearchParams()
  const filter = filterIn(search)
  const list = listOf(filter)
  const inbox = useSyncExternalStore(list.subscribe, list.get)
  useEffect(() => list.open(), [list])
  const setFilter = ({ state, kind }: InboxFilter) =>
    setSearch({ ...(state === 'open' ? {} : { state }), ...(kind === 'all' ? {} : { kind }) }, { replace: true })
  const isEmpty = inbox.approvals.length === 0
  return (
    <Page title="Inbox" actions={<InboxFilters filter={filter} onChange={setFilter} />} isFull>
      {inbox.error && <ErrorNote error={inbox.error} retry={() => list.readAnew()} />}
      {inbox.isFirst && !inbox.error && <Loading what="the inbox" />}
      {!inbox.isFirst && isEmpty && <Nothing filter={filter} />}
      {!isEmpty && <InboxRows inbox={inbox} readMore={() => void list.readMore()} />}
    </Page>
  )
}

function filterIn(search: URLSearchParams): InboxFilter {
  const kind = search.get('kind')
  return {
    state: search.get('state') === 'all' ? 'all' : 'open',
    kind: kind === 'hold' || kind === 'proposal' || kind === 'question' ? kind : 'all',
  }
}

function Nothing({ filter: { state, kind } }: { readonly filter: InboxFilter }) {
  const what = {
    hold: 'held call',
    proposal: 'proposal',
    question: 'question',
    all: 'held call, proposal or question',
  }[kind]
  if (state === 'all') {
    return (
      <Empty title={`No ${what} is on record`}>
        <p>
          They come from Contexts whose <code>writeControls</code> ask for a person. <code>ecp explain CONTEXT</code>{' '}
          shows which tools those are.
        </p>
      </Empty>
    )
  }
  return (
    <Empty title="Nothing waits for you">
      <p>
        {kind === 'all' ? 'A held call, a proposal or a question' : `A ${what}`} appears here by itself as soon as it is
        asked. What was answered is under “All”.
      </p>
    </Empty>
  )
}
