import type { OperatorState } from '@ecp/protocol'
import { type ReactNode, Suspense, useEffect } from 'react'
import { useLocation } from 'wouter'
import { remove } from '../api/ask.ts'
import { live } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useLiveStatus } from '../api/use-live-status.ts'
import { KeyHelp } from '../keys/key-help.tsx'
import { ErrorBoundary } from '../parts/error-boundary.tsx'
import { Loading } from '../parts/loading.tsx'
import { session } from '../session/session.ts'
import { StopSwitch } from '../stop/stop-switch.tsx'
import { Inert } from '../text/inert.tsx'
import { HostContext, waiting } from './host-context.ts'
import { Navigation } from './navigation.tsx'
import './layout.css'

/** What stays while the pages change: where one can go, who is signed in, and whether the page still hears from the host. */
export function Layout({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation()
  const host = useAnswer<OperatorState>('/state', ({ kind }) => kind === 'state' || kind === 'approval')
  useEffect(() => {
    const ended = new AbortController()
    void live.listen(ended.signal)
    return () => ended.abort()
  }, [])
  return (
    <HostContext value={host.data}>
      <a className="skip" href="#main">
        To the content
      </a>
      <div className="layout">
        <header className="layout-side">
          <p className="layout-name">ECP</p>
          <Navigation open={host.data && waiting(host.data)} />
          <div className="layout-foot">
            {host.data && <StopSwitch host={host.data} reload={host.reload} />}
            <Connection />
            {host.data && (
              <p className="layout-user">
                <Inert text={host.data.user} />
              </p>
            )}
            <KeyHelp />
            <button type="button" onClick={signOut}>
              Sign out
            </button>
          </div>
        </header>
        <main id="main" className="layout-main" tabIndex={-1}>
          {host.data?.frozen && (
            <p className="layout-frozen" role="status">
              <strong>Frozen.</strong> Every action is denied, approved ones too, until somebody unfreezes it here or
              with <code>ecp unfreeze</code>.
            </p>
          )}
          <ErrorBoundary key={path}>
            <Suspense fallback={<Loading what="the page" />}>{children}</Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </HostContext>
  )
}

function Connection() {
  const status = useLiveStatus()
  const words = {
    connecting: 'Connecting…',
    live: 'Live',
    away: 'Not connected: what is shown may be old. Trying again…',
  }
  return (
    <p className={`layout-status layout-status-${status}`} role="status">
      {words[status]}
    </p>
  )
}

async function signOut(): Promise<void> {
  try {
    await remove('/session')
  } finally {
    session.forget()
  }
}
