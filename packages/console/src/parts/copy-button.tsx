import { useState } from 'react'

interface Props {
  /** What is copied, asked for when it is. */
  text(): string
  /** `the arguments` */
  readonly what: string
}

/** Puts a text on the clipboard, exactly as it is. */
export function CopyButton({ text, what }: Props) {
  const [came, setCame] = useState<'done' | 'failed'>()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      setCame('done')
    } catch {
      setCame('failed')
    }
  }
  const words = { done: 'Copied', failed: 'The browser does not allow it' }
  return (
    <span className="copy">
      <span role="status" className="quiet small">
        {came && words[came]}
      </span>{' '}
      <button type="button" onClick={() => void copy()} onBlur={() => setCame(undefined)}>
        Copy<span className="unseen"> {what}</span>
      </button>
    </span>
  )
}
