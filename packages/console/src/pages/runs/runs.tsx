import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'

export default function Runs() {
  return (
    <Page title="Runs">
      <Empty title="No runs yet" />
    </Page>
  )
}
