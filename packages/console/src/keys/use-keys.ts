import { useEffect, useEffectEvent } from 'react'
import { singleKeys } from './single-keys.ts'

/** What each key does, by `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>

const typedInto = 'input, select, textarea, dialog, [contenteditable]'
/** What Enter does something to already. */
const taken = `a, button, summary, ${typedInto}`

/**
 * Keys of the page, as long as it is shown: not while somebody types, in a dialog, or with a modifier, and not where single
 * keys are switched off (WCAG 2.2, 2.1.4).
 */
export function useKeys(keys: Keys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const act = keys[event.key]
    if (!act || !singleKeys.get() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const { target } = event
    if (target instanceof Element && target.closest(event.key === 'Enter' ? taken : typedInto)) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event)
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])
}
