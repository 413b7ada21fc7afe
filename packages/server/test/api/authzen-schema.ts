import { Ajv2020 } from 'ajv/dist/2020.js'

// What OpenID AuthZEN Authorization API 1.0 (final, January 2026) says of requests and answers, written down from its text:
// sections 5 (information model), 6.1, 6.2, 7.1, 7.2, 9.1. The JSON schemas beside it in the repository of the working group
// are not used: no answer fits them, since they set `additionalProperties: false` beside the `$ref` that names `decision`, and
// for `context` beside no properties at all (their own examples have some).
const named = (...required: readonly string[]) => ({
  type: 'object',
  required,
  properties: {
    type: { type: 'string' },
    id: { type: 'string' },
    name: { type: 'string' },
    properties: { type: 'object' },
  },
})
const entities = {
  subject: named('type', 'id'),
  action: named('name'),
  resource: named('type', 'id'),
  context: { type: 'object' },
}
const defaults = { subject: named(), action: named(), resource: named(), context: { type: 'object' } }
const decision = {
  type: 'object',
  required: ['decision'],
  properties: { decision: { type: 'boolean' }, context: { type: 'object' } },
}
const schemas = {
  evaluationRequest: { type: 'object', required: ['subject', 'action', 'resource'], properties: entities },
  evaluationsRequest: {
    type: 'object',
    required: ['evaluations'],
    properties: {
      ...defaults,
      evaluations: { type: 'array', minItems: 1, items: { type: 'object', properties: defaults } },
      options: {
        type: 'object',
        properties: {
          evaluations_semantic: { enum: ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] },
        },
      },
    },
  },
  evaluation: decision,
  // 7.2: that `decision` is left out is recommended.
  evaluations: {
    type: 'object',
    required: ['evaluations'],
    properties: { evaluations: { type: 'array', items: decision }, decision: false },
  },
  // 9.1.1; the search endpoints are left out where there are none.
  metadata: {
    type: 'object',
    required: ['policy_decision_point', 'access_evaluation_endpoint'],
    properties: {
      policy_decision_point: { type: 'string', pattern: '^https?://[^?#]*$' },
      access_evaluation_endpoint: { type: 'string', pattern: '^https?://' },
      access_evaluations_endpoint: { type: 'string', pattern: '^https?://' },
      search_subject_endpoint: false,
      search_resource_endpoint: false,
      search_action_endpoint: false,
    },
  },
} as const

const ajv = new Ajv2020({ strict: false, allErrors: true })

/** What of a value is not as AuthZEN has it. */
export function authzenFaults(what: keyof typeof schemas, value: unknown): readonly string[] {
  const check = ajv.compile(schemas[what])
  check(value)
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}
