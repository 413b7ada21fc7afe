import './search.css'

interface SearchProps {
  readonly label: string
  readonly text: string
  onChange(text: string): void
}

/** Narrows down a list by a part of what stands in it. */
export function Search({ label, text, onChange }: SearchProps) {
  return (
    <input
      type="search"
      className="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ target }) => onChange(target.value)}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
