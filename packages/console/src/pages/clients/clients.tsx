import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Clients() {
  return (
    <Page title="Clients">
      <Empty title="No clients yet" />
    </Page>
  )
}
