import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Approval() {
  return (
    <Page title="Approval">
      <Empty title="There is no such approval" />
    </Page>
  )
}
