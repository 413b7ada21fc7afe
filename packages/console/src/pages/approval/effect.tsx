import type { OperatorApproval } from '@ecp/protocol'
import { useMemo } from 'react'
import { CopyButton } from '../../parts/copy-button.tsx'
import { differenceLines, jsonLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'
import { Inert } from '../../text/inert.tsx'
import { MissingRecord } from './missing-record.tsx'

/** Exactly what would be sent. */
export function Arguments({ approval: { asked } }: { readonly approval: OperatorApproval }) {
  const lines = useMemo(() => asked && jsonLines(asked.arguments), [asked])
  const extra = useMemo(() => asked?.extra && jsonLines(asked.extra), [asked])
  return (
    <section aria-labelledby="arguments">
      <div className="section-head">
        <h2 id="arguments">Arguments</h2>
        {asked && <CopyButton text={() => JSON.stringify(asked.arguments, null, 2)} what="the arguments" />}
      </div>
      {lines ? <ExactText lines={lines} label="Exact arguments" /> : <MissingRecord />}
      {extra && (
        <>
          <h3>Sent with them</h3>
          <ExactText lines={extra} label="Exactly what is sent with them" />
        </>
      )}
    </section>
  )
}

/** What the call would make of a file, if its arguments mean what they look like. */
export function Change({ approval: { change, noChange } }: { readonly approval: OperatorApproval }) {
  const lines = useMemo(() => change && differenceLines(change.lines), [change])
  if (!change || !lines) {
    if (noChange === undefined) return null
    return (
      <section aria-labelledby="change">
        <h2 id="change">What it would change</h2>
        <p>
          <Inert text={noChange} />
        </p>
      </section>
    )
  }
  const { path, isNew, faults } = change
  return (
    <section aria-labelledby="change">
      <h2 id="change">
        {isNew ? 'What it would make' : 'What it would change'}: <Inert text={path} />
      </h2>
      <p className="quiet small">compared with the file as it is now</p>
      {lines.length === 0 ? (
        <p>Nothing: the file has this content already.</p>
      ) : (
        <ExactText lines={lines} label="Difference" />
      )}
      {faults.map((fault) => (
        <p key={fault} className="approval-bad">
          <Inert text={fault} />
        </p>
      ))}
    </section>
  )
}
