import type { OperatorApproval, OperatorGrantGiven, OperatorGrantOptions } from '@ecp/protocol'
import { type FormEvent, useId, useMemo, useState } from 'react'
import { post } from '../../api/ask.ts'
import { type ConsoleError, errorOf } from '../../error.ts'
import { ErrorNote } from '../../parts/error-note.tsx'
import { signGrant } from '../../passkeys/sign-grant.ts'
import { Inert } from '../../text/inert.tsx'
import { AnswerAs, Unsigned } from '../approval/answer-worth.tsx'
import { rememberApprover, rememberedApprover } from '../approval/remembered-approver.ts'
import type { WhoAnswers } from '../approval/who-answers.ts'
import { conditionOf, tiesOf } from './condition.ts'
import { Given, Offered } from './offered.tsx'
import './grant.css'

interface Props {
  readonly approval: OperatorApproval
  readonly who: Extract<WhoAnswers, { kind: 'passkey' | 'unsigned' }>
}

const hour = 3_600_000
const spans = [
  { ms: hour / 4, label: '15 minutes' },
  { ms: hour, label: '1 hour' },
  { ms: 8 * hour, label: '8 hours' },
  { ms: 24 * hour, label: '1 day' },
]
type Scope = 'run' | 'principal'

/** What is granted is worked out by the host and shown as its sentence first; exactly that is signed then. */
export function GrantForm({ approval, who }: Props) {
  const ties = useMemo(() => tiesOf(approval.asked?.arguments), [approval])
  const [loose, setLoose] = useState<ReadonlySet<string>>(new Set())
  const [written, setWritten] = useState<string>()
  const [uses, setUses] = useState('5')
  const [lasts, setLasts] = useState(hour)
  const [scope, setScope] = useState<Scope>('run')
  const names = who.kind === 'passkey' ? who.names : []
  const [chosen, setChosen] = useState(rememberedApprover)
  const by = names.find((name) => name === chosen) ?? names[0]
  const condition = written ?? conditionOf(ties.filter(({ name }) => !loose.has(name)))
  const wish = { approval: approval.approval, condition, uses: Number(uses), lasts, scope, ...(by ? { by } : {}) }
  const key = JSON.stringify(wish)
  const [offer, setOffer] = useState<{ readonly key: string; readonly options: OperatorGrantOptions }>()
  const [given, setGiven] = useState<OperatorGrantGiven>()
  const [error, setError] = useState<ConsoleError>()
  const [isBusy, setBusy] = useState(false)
  const id = useId()
  if (given) return <Given given={given} />
  // What was shown for another wish is not what would be granted now.
  const options = offer?.key === key ? offer.options : undefined

  const doing = async (step: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    await step().catch((cause) => setError(errorOf(cause)))
    setBusy(false)
  }
  const show = (event: FormEvent) => {
    event.preventDefault()
    void doing(async () => setOffer({ key, options: await post<OperatorGrantOptions>('/grants/options', wish) }))
  }
  const give = (shown: OperatorGrantOptions) =>
    doing(async () => {
      const { grant, terms } = shown
      const signature = await signGrant(shown, by)
      const body = { approval: approval.approval, grant, terms, ...signature }
      setGiven(await post<OperatorGrantGiven>('/grants', body))
      if (by !== undefined) rememberApprover(by)
    })
  const flip = (name: string) => {
    setWritten(undefined)
    setLoose((was) => was.symmetricDifference(new Set([name])))
  }

  return (
    <form className="grant-form" onSubmit={show}>
      {who.kind === 'unsigned' && <Unsigned worth={who.worth} />}
      {ties.length > 0 && (
        <fieldset>
          <legend>Only where</legend>
          {ties.map(({ name, cel }) => (
            <label key={name} className="grant-tie">
              <input type="checkbox" checked={written === undefined && !loose.has(name)} onChange={() => flip(name)} />
              <span>
                <code>
                  <Inert text={name} />
                </code>{' '}
                is{' '}
                <code>
                  <Inert text={cel} />
                </code>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <label htmlFor={`${id}-when`}>
        Condition <span className="quiet">(CEL over `args`)</span>
      </label>
      <textarea
        id={`${id}-when`}
        className="mono"
        rows={3}
        spellCheck={false}
        value={condition}
        onChange={({ target }) => setWritten(target.value)}
      />
      <div className="grant-bounds">
        <label>
          At most
          <input
            type="number"
            min={1}
            max={10_000}
            required
            value={uses}
            onChange={({ target }) => setUses(target.value)}
          />
          times
        </label>
        <label>
          for
          <select value={lasts} onChange={({ target }) => setLasts(Number(target.value))}>
            {spans.map(({ ms, label }) => (
              <option key={ms} value={ms}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          in
          <select value={scope} onChange={({ target }) => setScope(target.value as Scope)}>
            {/* reason: the options below are the two scopes */}
            <option value="run">this run</option>
            <option value="principal">every run for the same principal</option>
          </select>
        </label>
      </div>
      {names.length > 0 && <AnswerAs names={names} by={by} onChange={setChosen} />}
      <div className="grant-steps">
        <button type="submit" disabled={isBusy} className={options ? '' : 'primary'}>
          Show what it lets happen
        </button>
      </div>
      {options && <Offered options={options} isBusy={isBusy} onGive={() => void give(options)} />}
      {error && <ErrorNote error={error} />}
    </form>
  )
}
