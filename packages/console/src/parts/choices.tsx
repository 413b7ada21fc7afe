import type { ReactNode } from 'react'
import './choices.css'

interface ChoicesProps<T extends string> {
  /** What is chosen, for those who do not see where it stands. */
  readonly label: string
  readonly choices: readonly { readonly value: T; readonly label: ReactNode }[]
  readonly chosen: ReadonlySet<T>
  onChange(chosen: ReadonlySet<T>): void
}

/** Buttons that narrow down what is shown, each on or off. None on: everything is shown. */
export function Choices<T extends string>({ label, choices, chosen, onChange }: ChoicesProps<T>) {
  const flip = (value: T) => onChange(chosen.symmetricDifference(new Set([value])))
  return (
    <fieldset className="choices">
      <legend className="unseen">{label}</legend>
      {choices.map(({ value, label: text }) => (
        <button key={value} type="button" aria-pressed={chosen.has(value)} onClick={() => flip(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}
