import { type FormEvent, useEffect, useId, useState, useSyncExternalStore } from 'react'
import { ErrorNote } from '../parts/error-note.tsx'
import { codeIn } from './code-in-address.ts'
import { session } from './session.ts'
import { signIn } from './sign-in.ts'
import './signed-out.css'

/** Says how to get in. Whoever opened a link to one page is on that page once they are. */
export function SignedOut() {
  const state = useSyncExternalStore(signIn.subscribe, signIn.get)
  const [text, setText] = useState('')
  const [isOdd, setOdd] = useState(false)
  const id = useId()
  useEffect(() => {
    document.title = 'Sign in · ECP'
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const code = codeIn(text)
    setOdd(code === undefined)
    setText('')
    if (code !== undefined) void signIn.with(code)
  }
  if (state.status === 'asking') {
    return (
      <main className="signed-out">
        <p role="status">Signing in…</p>
      </main>
    )
  }
  return (
    <main className="signed-out">
      <h1>Sign in to ECP</h1>
      {state.status === 'failed' && <ErrorNote error={state.error} />}
      {state.status === 'none' && session.hasEnded() && (
        <p role="status">
          The session is over: it was not used for long, or <code>ecp serve</code> was started again.
        </p>
      )}
      <p>
        Run this on the machine that <code>ecp serve</code> runs on, and open the link that it prints:
      </p>
      <pre className="signed-out-command">
        <code>ecp console</code>
      </pre>
      <p>A link works once. The session that it begins is this tab’s alone, and ends with it.</p>
      <form onSubmit={submit}>
        <label htmlFor={id}>Or paste the link here, to stay on this page</label>
        <div className="signed-out-paste">
          <input
            id={id}
            value={text}
            onChange={({ target }) => setText(target.value)}
            autoComplete="off"
            spellCheck={false}
            aria-describedby={isOdd ? `${id}-odd` : undefined}
            aria-invalid={isOdd}
          />
          <button type="submit">Sign in</button>
        </div>
        {isOdd && (
          <p id={`${id}-odd`} className="signed-out-odd" role="alert">
            That is no link of <code>ecp console</code>: it ends with <code>#code=</code> and the code.
          </p>
        )}
      </form>
    </main>
  )
}
