import type { Action, Decision, Outcome } from '@ecp/protocol'

/** Whether a dry run only decides this: it is no read, or it asks a person. */
export function isOnlyRehearsed({ kind }: Pick<Action, 'kind'>, { acts }: Pick<Decision, 'acts'>): boolean {
  return acts !== 'read' || kind === 'human.ask'
}

/** What an action comes to that a dry run only decides. */
export function rehearsed({ effect }: Pick<Decision, 'effect'>): Outcome | undefined {
  // A denial is one, also in a rehearsal.
  return effect === 'deny' ? undefined : { status: 'rehearsed' }
}
