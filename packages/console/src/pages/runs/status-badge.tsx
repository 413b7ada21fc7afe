import { Badge, type Tone } from '../../parts/badge.tsx'
import { Inert } from '../../text/inert.tsx'

const tones: Readonly<Record<string, Tone>> = { running: 'quiet', completed: 'allow', failed: 'deny', denied: 'deny' }

/** Of a run: `running`, or what it ended as. */
export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <Badge tone={tones[status] ?? 'quiet'}>
      <Inert text={status} />
    </Badge>
  )
}
