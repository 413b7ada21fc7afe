import { useSyncExternalStore } from 'react'
import { Link, Route, Switch } from 'wouter'
import { Layout } from './layout/layout.tsx'
import { Empty } from './parts/empty.tsx'
import { Page } from './parts/page.tsx'
import { routes } from './routes.tsx'
import { session } from './session/session.ts'
import { SignedOut } from './session/signed-out.tsx'

/** The console: its pages for who is signed in, and the way in for everybody else. */
export function App() {
  if (!useSyncExternalStore(session.subscribe, session.get)) return <SignedOut />
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
