import { Badge } from '../../parts/badge.tsx'
import type { Fate } from './call.ts'
import { fateWords } from './fate-words.ts'

export function FateBadge({ fate }: { readonly fate: Fate }) {
  const { word, tone, sign } = fateWords[fate]
  return (
    <Badge tone={tone}>
      <span aria-hidden="true">{sign}</span> {word}
    </Badge>
  )
}
