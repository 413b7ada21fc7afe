import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Chain() {
  return (
    <Page title="Chain">
      <Empty title="No records yet" />
    </Page>
  )
}
