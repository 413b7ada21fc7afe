import { fateWords } from './fate-words.ts'
import type { Tally } from './tally.ts'
import './tally-words.css'

interface TallyWordsProps {
  readonly tally: Tally
  /** `one`: of one call alone, without its count. `short`: without the words, which stand in the name of what it stands in. */
  readonly as?: 'one' | 'short'
}

/** `✓ 12 allowed  ✗ 3 denied` */
export function TallyWords({ tally, as }: TallyWordsProps) {
  return (
    <span className="tally">
      {tally.map(({ fate, count }) => (
        <span key={fate} className={`tally-${fateWords[fate].tone}`} title={fateWords[fate].word}>
          <span aria-hidden="true">{fateWords[fate].sign}</span> {as === 'one' ? '' : `${count.toLocaleString()} `}
          {as === 'short' ? '' : fateWords[fate].word}
        </span>
      ))}
    </span>
  )
}
