import { type ReactNode, useEffect, useRef } from 'react'
import { useTitle } from './use-title.ts'
import './page.css'

interface PageProps {
  readonly title: string
  /** In place of the title as the heading, where that is more than text. */
  readonly heading?: ReactNode
  /** One sentence of what there is to see. */
  readonly lead?: ReactNode
  /** Beside the heading: filters, buttons. */
  readonly actions?: ReactNode
  /** Takes all the height of the window, for pages that scroll inside. */
  readonly isFull?: boolean
  readonly children: ReactNode
}

/** The frame of every page: its heading, which is where a screen reader goes when the page changes. */
export function Page({ title, heading, lead, actions, isFull = false, children }: PageProps) {
  const head = useRef<HTMLHeadingElement>(null)
  useTitle(title)
  useEffect(() => {
    // Not when a page is opened first, and not away from what somebody went to meanwhile.
    if (isOpened && (document.activeElement === null || !document.activeElement.closest('main'))) {
      head.current?.focus({ preventScroll: true })
    }
    isOpened = true
  }, [])
  return (
    <div className={isFull ? 'page page-full' : 'page'}>
      <header className="page-head">
        <div className="page-heading">
          <h1 ref={head} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {lead !== undefined && <p className="page-lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
let isOpened = false
