import type { Json, OperatorApproval, Question } from '@ecp/protocol'
import { useMemo } from 'react'
import { jsonLines, textLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'
import { Inert } from '../../text/inert.tsx'
import { MissingRecord } from './missing-record.tsx'

/** What a person is asked, what they are shown for it, and what the answer has to be. */
export function AskedPerson({ approval }: { readonly approval: OperatorApproval }) {
  const { question } = approval
  if (!question) return <MissingRecord />
  const { title, task, show = {}, said, answer } = question
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
        {said && <Said said={said} />}
      </section>
      {/* An agent elsewhere is answered with a text: the field says as much. */}
      {answer && !said && (
        <section aria-labelledby="schema">
          <h2 id="schema">What the answer has to be</h2>
          <ExactText lines={jsonLines(answer)} label="JSON Schema of the answer" />
        </section>
      )}
    </>
  )
}

/** What an agent elsewhere asks: in a frame of its own, so that none of it looks like ours. */
function Said({ said: { by, text } }: { readonly said: NonNullable<Question['said']> }) {
  const lines = useMemo(() => textLines(text), [text])
  return (
    <>
      <h3>
        The agent elsewhere that works as <Inert text={by} /> asks
      </h3>
      <p>These are its words. What you answer goes to it.</p>
      <ExactText lines={lines} label={`What the agent ${by} asks`} />
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
