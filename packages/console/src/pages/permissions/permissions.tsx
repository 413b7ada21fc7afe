import type { OperatorBoundary, OperatorPermissions, Outlook } from '@ecp/protocol'
import { useMemo, useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { Choices } from '../../parts/choices.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { Search } from '../../parts/search.tsx'
import { Inert } from '../../text/inert.tsx'
import { matrixOf, shownSections } from './matrix.ts'
import { MatrixTable } from './matrix-table.tsx'
import { outlooks, outlookWords } from './outlook-words.ts'
import './permissions.css'

/** Who may do what, before anybody tries: every executor that clients act as, with every tool, and why. */
export default function Permissions() {
  const { data, error, isLoading, reload } = useAnswer<OperatorPermissions>(
    '/permissions',
    ({ kind }) => kind === 'state',
  )
  return (
    <Page
      title="Permissions"
      lead="What would happen to a call of each tool, by the rules as they are now; nothing is run to find out."
      actions={
        <button type="button" onClick={reload} disabled={isLoading}>
          Read again
        </button>
      }
    >
      {error && <ErrorNote error={error} retry={reload} />}
      {!data && isLoading && <Loading what="the rules" />}
      {data?.boundaries.length === 0 && (
        <Empty title="Nobody may connect yet">
          <p>
            What clients may do shows here once there are any: <code>ecp clients add</code> makes one.
          </p>
        </Empty>
      )}
      {data && data.boundaries.length > 0 && <Boundaries boundaries={data.boundaries} />}
    </Page>
  )
}

function Boundaries({ boundaries }: { readonly boundaries: readonly OperatorBoundary[] }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<Outlook>>(new Set())
  const sections = useMemo(() => matrixOf(boundaries), [boundaries])
  const shown = useMemo(() => shownSections(sections, text, chosen), [sections, text, chosen])
  const choices = outlooks.map((value) => ({
    value,
    label: (
      <span title={outlookWords[value].means}>
        <span aria-hidden="true">{outlookWords[value].sign}</span> {outlookWords[value].word}
      </span>
    ),
  }))
  return (
    <>
      {boundaries.map((boundary) => (
        <Notices key={`${boundary.file} ${boundary.executor}`} boundary={boundary} />
      ))}
      {sections.length === 0 ? (
        <Empty title="No tool is known yet">
          <p>
            <code>ecp lock</code> asks the servers for their tools and writes them down.
          </p>
        </Empty>
      ) : (
        <>
          <div className="permissions-filter">
            <Search label="Find a tool" text={text} onChange={setText} />
            <Choices label="What would happen" choices={choices} chosen={chosen} onChange={setChosen} />
          </div>
          {shown.length > 0 ? (
            <MatrixTable boundaries={boundaries} sections={shown} />
          ) : (
            <Empty title="No tool fits">
              <p>Take back the filter or the text to see all of them.</p>
            </Empty>
          )}
        </>
      )}
    </>
  )
}

/** What nothing can be said of, and what to do about it. */
function Notices({ boundary: { executor, file, fault, unpinned } }: { readonly boundary: OperatorBoundary }) {
  return (
    <>
      {fault !== undefined && (
        <p className="permissions-notice permissions-fault">
          Everything is denied to <Inert text={executor} /> of <Inert text={file} />: <Inert text={fault} />
        </p>
      )}
      {unpinned.length > 0 && (
        <p className="permissions-notice">
          The tools of <Inert text={unpinned.join(', ')} /> are not known yet, so nothing is said of what{' '}
          <Inert text={executor} /> may do with them: <code>ecp lock</code> asks and writes them down.
        </p>
      )}
    </>
  )
}
