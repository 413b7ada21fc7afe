import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Run() {
  return (
    <Page title="Run">
      <Empty title="There is no such run" />
    </Page>
  )
}
