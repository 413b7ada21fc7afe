import type { Permission } from '@ecp/protocol'
import type { Place } from './cell-after.ts'
import { outlookWords } from './outlook-words.ts'

interface CellProps {
  readonly permission: Permission | undefined
  readonly place: Place
  /** Whether Tab leads to it. */
  readonly isStop: boolean
  readonly isChosen: boolean
  choose(place: Place): void
}

/** What would happen, in a word. The colour only helps to find it. */
export function Cell({ permission, place, isStop, isChosen, choose }: CellProps) {
  const words = permission && outlookWords[permission.outlook]
  return (
    <td>
      <button
        type="button"
        className={`permissions-cell permissions-${words?.tone ?? 'nothing'}`}
        tabIndex={isStop ? 0 : -1}
        aria-pressed={isChosen}
        data-place={`${place.row} ${place.column}`}
        onFocus={() => choose(place)}
        onClick={() => choose(place)}
      >
        {words ? (
          <>
            <span aria-hidden="true">{words.sign}</span> {words.word}
          </>
        ) : (
          <>
            <span aria-hidden="true">–</span>
            <span className="unseen">nothing is said of it</span>
          </>
        )}
      </button>
    </td>
  )
}
