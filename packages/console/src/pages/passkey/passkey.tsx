import type { PasskeyRegistrationOptions } from '@ecp/protocol'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { type ConsoleError, errorOf } from '../../error.ts'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { registerPasskey, registrationOf } from '../../passkeys/register-passkey.ts'
import { registration } from '../../session/registration.ts'
import { Inert } from '../../text/inert.tsx'
import '../../session/signed-out.css'

/** Makes an approver's passkey, for who has opened the link of `ecp approvers add NAME --passkey`. Needs no session. */
export default function PasskeyPage() {
  const code = useSyncExternalStore(registration.subscribe, registration.code)
  useEffect(() => {
    document.title = 'Passkey · ECP'
  }, [])
  return (
    <main className="signed-out">
      <h1>A passkey for approving</h1>
      {code === undefined ? <NoLink /> : <Making key={code} code={code} />}
    </main>
  )
}

function NoLink() {
  return (
    <>
      <p>This page makes a passkey for an approver. Run this, and open the link that it prints:</p>
      <pre className="signed-out-command">
        <code>ecp approvers add NAME --passkey</code>
      </pre>
      <p>
        <a href="/">To the inbox</a>
      </p>
    </>
  )
}

function Making({ code }: { readonly code: string }) {
  const [options, setOptions] = useState<PasskeyRegistrationOptions>()
  const [error, setError] = useState<ConsoleError>()
  const [step, setStep] = useState<'ready' | 'making' | 'made'>('ready')
  useEffect(() => {
    registrationOf(code).then(setOptions, (cause) => setError(errorOf(cause)))
  }, [code])
  if (!options) {
    return error ? (
      <>
        <ErrorNote error={error} />
        <NoLink />
      </>
    ) : (
      <Loading what="whose passkey it will be" />
    )
  }
  const make = async () => {
    setStep('making')
    setError(undefined)
    try {
      await registerPasskey(code, options)
      setStep('made')
    } catch (cause) {
      setError(errorOf(cause))
      setStep('ready')
    }
  }
  if (step === 'made') {
    return (
      <p role="status">
        The passkey of{' '}
        <strong>
          <Inert text={options.name} />
        </strong>{' '}
        is made. Go back to the terminal: the command there says what is left to do. This page can be closed.
      </p>
    )
  }
  return (
    <>
      <p>
        It will be{' '}
        <strong>
          <Inert text={options.name} />
        </strong>
        ’s word: whoever can use it approves as <Inert text={options.name} />. The browser asks where to keep it.
      </p>
      {error && <ErrorNote error={error} />}
      <button type="button" className="primary" disabled={step === 'making'} onClick={() => void make()}>
        {step === 'making' ? 'Waiting for the browser…' : 'Make the passkey'}
      </button>
    </>
  )
}
