/** What the process tells its caller (faces.md). */
export const exitCodes = {
  /** Done; denials that the run survived included. */
  done: 0,
  /** Failed; also a verify or a check that finds something. */
  failed: 1,
  /** The command, or a document that it read, is wrong. */
  wrong: 2,
  /** Refused before it started, or ended by a policy denial or a budget. */
  refused: 3,
  /** Waiting for a person. */
  waiting: 4,
  /** The outcome of a write is unknown. */
  unknown: 5,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
