import './loading.css'

/** While something is read. It shows only when that takes longer than people take for at once. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading quiet" role="status">
      Reading {what}…
    </p>
  )
}
