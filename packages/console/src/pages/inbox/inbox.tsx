import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Inbox() {
  return (
    <Page title="Inbox">
      <Empty title="Nothing waits for you" />
    </Page>
  )
}
