import { lazy, Suspense, useSyncExternalStore } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { Layout } from './layout/layout.tsx'
import { Empty } from './parts/empty.tsx'
import { ErrorBoundary } from './parts/error-boundary.tsx'
import { Loading } from './parts/loading.tsx'
import { Page } from './parts/page.tsx'
import { routes } from './routes.tsx'
import { passkeyPath } from './session/registration.ts'
import { session } from './session/session.ts'
import { SignedOut } from './session/signed-out.tsx'

const PasskeyPage = lazy(() => import('./pages/passkey/passkey.tsx'))

/** The console: its pages for who is signed in, and the way in for everybody else. */
export function App() {
  const [path] = useLocation()
  const current = useSyncExternalStore(session.subscribe, session.get)
  if (path === passkeyPath) {
    return (
      <ErrorBoundary>
        <Suspense fallback={<Loading what="the page" />}>
          <PasskeyPage />
        </Suspense>
      </ErrorBoundary>
    )
  }
  if (!current) return <SignedOut />
  return (
    <Layout>
      <Switch>
        {routes.map(({ path, page: PageOf }) => (
          <Route key={path} path={path}>
            {({ id = '' }: { readonly id?: string }) => <PageOf key={id} id={id} />}
          </Route>
        ))}
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Layout>
  )
}

function NotFound() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page">
        <p>
          Go to <Link href="/">what waits for you</Link>.
        </p>
      </Empty>
    </Page>
  )
}
