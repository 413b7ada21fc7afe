import type { OperatorFreeze, OperatorState } from '@ecp/protocol'
import { useState } from 'react'
import { post } from '../api/ask.ts'
import { Confirm } from '../parts/confirm.tsx'
import './stop-switch.css'

interface StopSwitchProps {
  readonly host: OperatorState
  /** Reads the state anew. */
  reload(): void
}

/** Whether ECP decides or stands still, on every page, and what changes that. */
export function StopSwitch({ host: { frozen }, reload }: StopSwitchProps) {
  const [isAsking, setAsking] = useState(false)
  const change = async (note: string) => {
    const body: OperatorFreeze = note === '' ? {} : { note }
    await post<OperatorState>(frozen ? '/unfreeze' : '/freeze', body)
    reload()
  }
  return (
    <div className="stop-switch">
      <span className={frozen ? 'stop-switch-state stop-switch-frozen' : 'stop-switch-state'}>
        {frozen ? 'Frozen' : 'Deciding'}
      </span>
      <button type="button" className={frozen ? undefined : 'danger'} onClick={() => setAsking(true)}>
        {frozen ? 'Unfreeze…' : 'Freeze…'}
      </button>
      {isAsking && (
        <Confirm
          title={frozen ? 'Let agents act again?' : 'Stop everything?'}
          action={frozen ? 'Unfreeze' : 'Freeze'}
          isDanger={!frozen}
          note="Reason, for the record"
          onConfirm={change}
          onClose={() => setAsking(false)}
        >
          {frozen ? (
            <p>From the next decision on the rules hold again, and approvals that are not over count again.</p>
          ) : (
            <p>
              From the next decision on every action of every agent is denied, approved ones too, in every process on
              this ledger. What is in flight is not called back.
            </p>
          )}
        </Confirm>
      )}
    </div>
  )
}
