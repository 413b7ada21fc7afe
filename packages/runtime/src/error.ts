/**
 * Why an executor, and with it its run, came to nothing. `denied`: a policy or a budget ended it; `unknown`: a write may or may
 * not have happened; `waiting`: a person has to answer first; `diverged`: it came back as another run; `interrupted`: the process
 * that carries the run has to end, and the run can be resumed; `not-performed`: a dry run has no result of a write.
 */
export type FailureCode =
  | 'run.denied'
  | 'run.waiting'
  | 'run.unknown'
  | 'run.diverged'
  | 'run.interrupted'
  | 'run.cancelled'
  | 'run.timeout'
  | 'run.model-failed'
  | 'run.tool-failed'
  | 'run.mount-failed'
  | 'run.input-wrong'
  | 'run.agent-failed'
  | 'run.output-missing'
  | 'run.output-wrong'
  | 'run.plan-wrong'
  | 'run.requirement-missing'
  | 'run.not-ready'
  | 'run.unsupported'
  | 'run.not-performed'

/** What the runtime throws. The text says what happened to which executor, and what to do. */
export class RuntimeError extends Error {
  readonly code: FailureCode
  constructor(code: FailureCode, message: string) {
    super(message)
    this.name = 'RuntimeError'
    this.code = code
  }
}
