import { useRef, useSyncExternalStore } from 'react'
import './key-help.css'
import { singleKeys } from './single-keys.ts'
import { useKeys } from './use-keys.ts'

const rows: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['j', '↓'], does: 'the next one' },
  { keys: ['k', '↑'], does: 'the one before' },
  { keys: ['Enter'], does: 'open it' },
  { keys: ['a'], does: 'to the button that approves; Enter presses it' },
  { keys: ['d'], does: 'to the button that denies; Enter presses it' },
  { keys: ['n'], does: 'to the note' },
  { keys: ['u', 'Esc'], does: 'back to the inbox' },
  { keys: ['?'], does: 'these keys' },
]

/** The keys of the console, on `?`, and the switch that turns them off. */
export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null)
  const isOn = useSyncExternalStore(singleKeys.subscribe, singleKeys.get)
  const open = () => dialog.current?.showModal()
  useKeys({ '?': open })
  return (
    <>
      <button type="button" className="key-help-open" onClick={open}>
        Keys <kbd>?</kbd>
      </button>
      <dialog ref={dialog} className="key-help" aria-labelledby="key-help-title">
        <h2 id="key-help-title">Keys</h2>
        <dl>
          {rows.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <label className="key-help-switch">
          <input type="checkbox" checked={isOn} onChange={({ target }) => singleKeys.set(target.checked)} />
          Single keys do something
        </label>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  )
}
