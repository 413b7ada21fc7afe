import type { RunTree } from './run-tree.ts'

/** What is left of the budgets of a run, in words; '' as long as nothing is known. */
export function leftWords({ left }: Pick<RunTree, 'left'>, now: number): string {
  if (!left) return ''
  const { toolCalls, tokens, costUsd, runtimeMs } = left.is
  // The time of a run goes on between two decisions.
  const time = runtimeMs === undefined ? undefined : Math.max(0, runtimeMs - (now - left.at))
  return [
    ...(toolCalls === undefined ? [] : [`${toolCalls} calls`]),
    ...(tokens === undefined ? [] : [`${short(tokens)} tokens`]),
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(2)}`]),
    ...(time === undefined ? [] : [clock(time)]),
  ].join(', ')
}

function short(count: number): string {
  return count < 10_000 ? String(count) : `${Math.floor(count / 1_000)}k`
}

/** Whole seconds, so that it can be read while it runs down. */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600)]
  if (hours > 0) return `${hours} h ${minutes % 60} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
