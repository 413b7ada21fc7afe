import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Permissions() {
  return (
    <Page title="Permissions">
      <Empty title="No permissions yet" />
    </Page>
  )
}
