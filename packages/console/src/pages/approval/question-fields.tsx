import type { AnswerField, OperatorQuestion } from '@ecp/protocol'
import { useId } from 'react'
import { Inert } from '../../text/inert.tsx'
import { type FilledIn, fieldsOf } from './filled-in.ts'
import './question-fields.css'

interface Props {
  readonly question: OperatorQuestion
  readonly filled: FilledIn
  /** What is wrong, and in which field. */
  readonly wrong: { readonly fault: string; readonly field: string } | undefined
  onChange(filled: FilledIn): void
}

/** Where a person fills in an answer: a field for each part of it, or JSON where its schema is not that simple. */
export function QuestionFields({ question, filled, wrong, onChange }: Props) {
  const fields = fieldsOf(question)
  const json: AnswerField = { name: '', kind: 'text', choices: [], isRequired: true }
  const isJson = fields.length === 0
  return (
    <div className="question-fields">
      {(isJson ? [json] : fields).map((field) => (
        <Field
          key={field.name}
          field={field}
          isJson={isJson}
          text={filled[field.name] ?? ''}
          fault={wrong?.field === field.name ? wrong.fault : undefined}
          onChange={(text) => onChange({ ...filled, [field.name]: text })}
        />
      ))}
    </div>
  )
}

interface FieldProps {
  readonly field: AnswerField
  readonly isJson: boolean
  readonly text: string
  readonly fault: string | undefined
  onChange(text: string): void
}

function Field({ field, isJson, text, fault, onChange }: FieldProps) {
  const id = useId()
  const { name, kind, choices, description, isRequired } = field
  const isChosen = kind === 'choice' || kind === 'boolean'
  const options = kind === 'boolean' ? ['true', 'false'] : choices
  const said = [...(description === undefined ? [] : [`${id}-about`]), ...(fault === undefined ? [] : [`${id}-fault`])]
  const common = {
    id,
    value: text,
    'aria-required': isRequired,
    ...(fault === undefined ? {} : { 'aria-invalid': true }),
    ...(said.length === 0 ? {} : { 'aria-describedby': said.join(' ') }),
  }
  return (
    <div className="question-field">
      <label htmlFor={id}>
        {name === '' ? isJson ? 'Answer, as JSON' : 'Answer' : <Inert text={name} />}
        {!isRequired && <span className="quiet"> (optional)</span>}
      </label>
      {description !== undefined && (
        <p id={`${id}-about`} className="quiet small">
          <Inert text={description} />
        </p>
      )}
      {isChosen && (
        <select {...common} onChange={({ target }) => onChange(target.value)}>
          {(kind === 'boolean' || !isRequired) && <option value="">{isRequired ? 'Choose…' : 'None'}</option>}
          {options.map((option) => (
            <option key={option} value={option}>
              {kind === 'boolean' ? (option === 'true' ? 'Yes' : 'No') : option}
            </option>
          ))}
        </select>
      )}
      {!isChosen && kind === 'text' && (
        <textarea
          {...common}
          rows={isJson || text.includes('\n') ? 8 : 2}
          spellCheck={!isJson}
          className={isJson ? 'mono' : undefined}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
      {!isChosen && kind !== 'text' && (
        <input {...common} inputMode="decimal" autoComplete="off" onChange={({ target }) => onChange(target.value)} />
      )}
      {fault !== undefined && (
        <p id={`${id}-fault`} className="approval-bad small" role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}
