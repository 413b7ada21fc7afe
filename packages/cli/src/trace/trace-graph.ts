import type { RecordedAction, RecordedRun } from '@ecp/ledger'
import { type Effect, place } from '@ecp/protocol'
import type { Paint } from '../terminal/paint.ts'
import { cut, visible } from '../terminal/visible.ts'
import { approvalWords, counted, effectStyles, effectWords, outcomeWords } from './words.ts'

const marks: Readonly<Record<Effect, string>> = { allow: '✓', deny: '✗', hold: '‖', propose: '✎' }

interface Node {
  readonly label: string
  readonly children: readonly Node[]
}

/**
 * A run drawn as a tree: its executors, in the order in which they first act; under each what it did, mounts apart, by
 * server; and at each call the decision and what came of it, with the place of the rule that stood in its way.
 */
export function traceGraph(run: RecordedRun, paint: Paint, width: number): string {
  const { start } = run
  const name = start
    ? `${paint('strong', visible(start.context.name, 60))} ${visible(start.context.version, 40)}`
    : 'run'
  const root = `${name} ${paint('quiet', `run ${visible(run.run, 60)}, ${run.endedAt === undefined ? 'not ended' : visible(run.status, 40)}`)}`
  const executors = groupBy(run.actions, ({ action }) => action.executor).map(([executor, actions]) => ({
    label: `${paint('name', visible(executor, 80))} ${paint('quiet', counted(actions.length, 'action'))}`,
    children: executorNodes(actions, paint, width),
  }))
  return [root, ...lines(executors, '')].join('\n')
}

function executorNodes(actions: readonly RecordedAction[], paint: Paint, width: number): Node[] {
  const mounts = actions.filter(({ action }) => action.origin === 'mount')
  const others = actions.filter(({ action }) => action.origin !== 'mount')
  const mounted = { label: paint('quiet', 'mounts'), children: serverNodes(mounts, paint, width) }
  return [...(mounts.length > 0 ? [mounted] : []), ...serverNodes(others, paint, width)]
}

function serverNodes(actions: readonly RecordedAction[], paint: Paint, width: number): Node[] {
  return groupBy(actions, provider).map(([server, calls]) => ({
    label: visible(server, 80),
    children: calls.map((call) => ({ label: callLabel(call, paint, width), children: [] })),
  }))
}

/** Who answers: the server of a tool, or the kind of action and its target. */
function provider({ action }: RecordedAction): string {
  const colon = action.target.indexOf(':')
  return action.kind === 'tool.call' && colon > 0 ? action.target.slice(0, colon) : action.kind
}

function callLabel(call: RecordedAction, paint: Paint, width: number): string {
  const { action, decision } = call
  const { effect } = decision
  const name = action.kind === 'tool.call' ? action.target.slice(action.target.indexOf(':') + 1) : action.target
  if (effect === 'allow') {
    const { text, style } = outcomeWords(call)
    const mark = call.outcome?.status === 'unknown' && !call.settled ? paint('bad', '?') : paint('good', marks.allow)
    return `${mark} ${visible(name, 60)} ${paint('quiet', '─')} ${paint(style, text)}${asked(call, width)}`
  }
  const head = `${paint(effectStyles[effect], marks[effect])} ${visible(name, 60)}`
  const reason = decision.reasons[0]
  const why = reason ? `: ${reason.code}${reason.rule ? ` ${visible(place(reason.rule), 200)}` : ''}` : ''
  return `${head} ${paint('quiet', '─')} ${paint(effectStyles[effect], effectWords[effect])}${cut(why, Math.max(40, width - 40))}${asked(call, width)}`
}

/** What people were asked about a call, and what they said. */
function asked({ approvals }: RecordedAction, width: number): string {
  return approvals.map((one) => `; ${approvalWords(one, Math.max(80, width - 40))}`).join('')
}

function lines(nodes: readonly Node[], before: string): string[] {
  return nodes.flatMap(({ label, children }, at) => {
    const last = at === nodes.length - 1
    return [`${before}${last ? '└─ ' : '├─ '}${label}`, ...lines(children, `${before}${last ? '   ' : '│  '}`)]
  })
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): [string, T[]][] {
  return [...Map.groupBy(values, key)]
}
