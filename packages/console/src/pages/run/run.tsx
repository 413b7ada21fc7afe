import type { OperatorRun, Trace } from '@ecp/protocol'
import { lazy, Suspense, useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { LiveEvent } from '../../api/live.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { Inert } from '../../text/inert.tsx'
import { StatusBadge } from '../runs/status-badge.tsx'
import { callsOf } from './call.ts'
import { RunFacts } from './run-facts.tsx'
import { Timeline } from './timeline/timeline.tsx'
import './run.css'

const RunGraph = lazy(() => import('./graph/run-graph.tsx'))

/** One run: who acts for whom, and its calls, as a timeline or as a graph. It follows the run while that goes on. */
export default function Run({ id }: { readonly id: string }) {
  const isAbout = (event: LiveEvent) => event.kind === 'run' && (event.data.more || event.data.runs.includes(id))
  const path = `/runs/${encodeURIComponent(id)}`
  const run = useAnswer<OperatorRun>(path, isAbout)
  const trace = useAnswer<Trace>(`${path}/trace`, isAbout)
  const calls = useMemo(() => trace.data && callsOf(trace.data), [trace.data])
  const [search, setSearch] = useSearchParams()
  const isGraph = search.get('view') === 'graph'
  const change = (next: Readonly<Record<string, string>>) => setSearch(next, { replace: true })
  const error = run.error ?? trace.error
  if (run.error?.status === 404) return <Unknown id={id} />
  const name = run.data?.context.name ?? trace.data?.contextName ?? 'Run'
  return (
    <Page
      title={name}
      heading={
        <>
          <Inert text={name} /> {run.data && <StatusBadge status={run.data.status} />}
        </>
      }
      lead={run.data && <RunFacts run={run.data} />}
      actions={<Views isGraph={isGraph} choose={(graph) => change(graph ? { view: 'graph' } : {})} />}
    >
      {error && (
        <ErrorNote
          error={error}
          retry={() => {
            run.reload()
            trace.reload()
          }}
        />
      )}
      {calls === undefined && !error && <Loading what="the run" />}
      {calls?.length === 0 && (
        <Empty title="Nothing was done in this run yet">
          <p>Its calls appear here by themselves, as they are decided.</p>
        </Empty>
      )}
      {calls && calls.length > 0 && isGraph && (
        <Suspense fallback={<Loading what="the graph" />}>
          <RunGraph label={name} calls={calls} showInTimeline={(text) => change({ find: text })} />
        </Suspense>
      )}
      {calls && calls.length > 0 && !isGraph && (
        <Timeline
          calls={calls}
          text={search.get('find') ?? ''}
          onText={(text) => change(text === '' ? {} : { find: text })}
          first={search.get('call') ?? undefined}
        />
      )}
    </Page>
  )
}

function Views({ isGraph, choose }: { readonly isGraph: boolean; choose(graph: boolean): void }) {
  return (
    <fieldset className="views">
      <legend className="unseen">How the run is shown</legend>
      <button type="button" aria-pressed={!isGraph} onClick={() => choose(false)}>
        Timeline
      </button>
      <button type="button" aria-pressed={isGraph} onClick={() => choose(true)}>
        Graph
      </button>
    </fieldset>
  )
}

function Unknown({ id }: { readonly id: string }) {
  return (
    <Page title="Run">
      <Empty title="There is no such run">
        <p>
          <Inert text={id} /> is not in this ledger. All that are: <Link href="/runs">runs</Link>.
        </p>
      </Empty>
    </Page>
  )
}
