import type { InboxFilter } from '../../approvals/inbox-list.ts'

interface Props {
  readonly filter: InboxFilter
  onChange(filter: InboxFilter): void
}

/** Which of them are shown: by where they stand, and by what they are. */
export function InboxFilters({ filter, onChange }: Props) {
  return (
    <>
      <label className="inbox-filter">
        <span className="quiet">State</span>
        <select
          value={filter.state}
          onChange={({ target }) => onChange({ ...filter, state: target.value === 'all' ? 'all' : 'open' })}
        >
          <option value="open">Open</option>
          <option value="all">All</option>
        </select>
      </label>
      <label className="inbox-filter">
        <span className="quiet">Kind</span>
        <select value={filter.kind} onChange={({ target }) => onChange({ ...filter, kind: kindOf(target.value) })}>
          <option value="all">All</option>
          <option value="hold">Held calls</option>
          <option value="proposal">Proposals</option>
          <option value="question">Questions</option>
        </select>
      </label>
    </>
  )
}

const kindOf = (text: string): InboxFilter['kind'] =>
  text === 'hold' || text === 'proposal' || text === 'question' ? text : 'all'
