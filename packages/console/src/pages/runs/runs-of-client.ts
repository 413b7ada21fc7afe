import type { OperatorRun } from '@ecp/protocol'

/** The runs whose client or principal holds `text`; upper and lower case alike. */
export function runsOfClient(runs: readonly OperatorRun[], text: string): readonly OperatorRun[] {
  const part = text.trim().toLowerCase()
  if (part === '') return runs
  return runs.filter(({ client, principal }) => [client, principal].some((name) => name.toLowerCase().includes(part)))
}
