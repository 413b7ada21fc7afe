import type { OperatorGrant, OperatorGrantGiven, OperatorGrantOptions } from '@ecp/protocol'
import { useState } from 'react'
import { post } from '../../api/ask.ts'
import { useHost } from '../../layout/host-context.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { signGrant } from '../../passkeys/sign-grant.ts'
import { Inert } from '../../text/inert.tsx'
import { AnswerAs } from '../approval/answer-worth.tsx'
import { rememberApprover, rememberedApprover } from '../approval/remembered-approver.ts'

interface Props {
  readonly grant: OperatorGrant
  onSigned(): void
  onClose(): void
}

/** Another yes to a grant that needs several: by an approver with a passkey who has not signed it. */
export function SignGrant({ grant, onSigned, onClose }: Props) {
  const host = useHost()
  const given = new Set(grant.givers.map(({ by }) => by))
  const names = (host?.approvers ?? [])
    .filter(({ name, keys }) => keys.includes('passkey') && !given.has(name))
    .map(({ name }) => name)
  const [chosen, setChosen] = useState(rememberedApprover)
  const by = names.find((name) => name === chosen) ?? names[0]
  const path = `/grants/${encodeURIComponent(grant.grant)}/sign`
  const sign = async () => {
    if (by === undefined) return
    const options = await post<OperatorGrantOptions>(`${path}/options`, { by })
    await post<OperatorGrantGiven>(path, await signGrant(options, by))
    rememberApprover(by)
    onSigned()
  }
  return (
    <Confirm
      title="Sign this grant, too?"
      action={by === undefined ? 'Close' : 'Sign'}
      onConfirm={sign}
      onClose={onClose}
    >
      <p>
        <Inert text={grant.sentence} />
      </p>
      {by === undefined ? (
        <p>
          Nobody else has a passkey: <code>ecp grants sign {grant.grant}</code> signs on a terminal.
        </p>
      ) : (
        <AnswerAs names={names} by={by} onChange={setChosen} />
      )}
    </Confirm>
  )
}
