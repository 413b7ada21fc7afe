import type { ReactNode } from 'react'
import './empty.css'

/** Where there is nothing to show: what that means, and what would bring something here. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  )
}
