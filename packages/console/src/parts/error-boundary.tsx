import { Component, type ReactNode } from 'react'
import { errorOf } from '../error.ts'
import { ErrorNote } from './error-note.tsx'

interface State {
  readonly failed?: { readonly cause: unknown }
}

/** Keeps what fails on one page from taking the rest with it. Give it a new `key` with each page, so that it begins anew. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {}

  static getDerivedStateFromError(cause: unknown): State {
    return { failed: { cause } }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <div className="page">
        <h1>This page failed</h1>
        <p>
          Nothing was approved, denied or changed by that. Load the page again; if it fails again, the command line
          shows the same.
        </p>
        <ErrorNote error={errorOf(this.state.failed.cause)} retry={() => location.reload()} />
      </div>
    )
  }
}
