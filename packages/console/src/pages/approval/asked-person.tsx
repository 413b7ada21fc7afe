import type { Json, OperatorApproval } from '@ecp/protocol'
import { useMemo } from 'react'
import { jsonLines, textLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'
import { Inert } from '../../text/inert.tsx'
import { MissingRecord } from './missing-record.tsx'

/** What a person is asked, what they are shown for it, and what the answer has to be. */
export function AskedPerson({ approval }: { readonly approval: OperatorApproval }) {
  const { question } = approval
  if (!question) return <MissingRecord />
  const { title, task, show = {}, answer } = question
  return (
    <>
      <section aria-labelledby="question">
        <h2 id="question">
          <Inert text={title} />
        </h2>
        {task !== undefined && (
          <p>
            <Inert text={task} />
          </p>
        )}
        {Object.entries(show).map(([name, value]) => (
          <Shown key={name} name={name} value={value} />
        ))}
      </section>
      {answer && (
        <section aria-labelledby="schema">
          <h2 id="schema">What the answer has to be</h2>
          <ExactText lines={jsonLines(answer)} label="JSON Schema of the answer" />
        </section>
      )}
    </>
  )
}

/** Text as text: what a person is to read is not read with its line ends written out. */
function Shown({ name, value }: { readonly name: string; readonly value: Json }) {
  const lines = useMemo(() => (typeof value === 'string' ? textLines(value) : jsonLines(value)), [value])
  return (
    <>
      <h3>
        From <Inert text={name} />
      </h3>
      <ExactText lines={lines} label={`Output of ${name}`} />
    </>
  )
}
