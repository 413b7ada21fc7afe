// The main job on real servers: an agent's session through `ecp mcp`, a Context run by `ecp run`, their traces, and the proof that
// the traces are whole.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Agent, ecpCommand, type Reply } from './agent.ts'
import { buildStage, type Stage } from './stage.ts'

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
let surprises = 0

function heading(text: string): void {
  console.log(`\n${paint(1, text)}`)
}

/** One call of a scene: what it was, what the agent was told, and whether the demo promises that it is done. */
interface Call {
  readonly what: string
  readonly reply: Reply
  readonly allowed: boolean
}

/** Prints one call with what the agent was told and why it was decided so, and counts it when it is not as promised. */
function show({ what, reply, allowed }: Call, why: readonly string[]): void {
  console.log(`  ${reply.isError ? paint(33, 'stopped') : paint(32, 'done   ')}  ${what}`)
  console.log(paint(2, `           the agent reads: ${firstLine(reply.text)}`))
  for (const line of why) console.log(`           ${line}`)
  if (reply.isError !== allowed) return
  surprises += 1
  console.log(paint(31, `           this was not expected: ${reply.text}`))
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 150 ? `${line.slice(0, 149)}…` : line
}

/** For each call of an executor's run, in order, the decision with every reason and where its rule stands. */
function decisions(stage: Stage, executor: string): string[][] {
  return ecpJson<Trace>(stage, ['trace', runOf(stage, executor), '--output', 'json']).spans.flatMap((span) => {
    if (span.type !== 'tool-call') return []
    const { effect, acts, reasons } = span.decision
    const lines = reasons.map(({ code, message, rule }) => {
      return `${code}: ${message}${rule ? ` (${basename(rule.file)}:${rule.line})` : ''}`
    })
    return [[`${effect}, a ${acts}; ${span.status}`, ...lines]]
  })
}

interface Trace {
  readonly spans: readonly {
    readonly type: string
    readonly status: string
    readonly decision: {
      readonly effect: string
      readonly acts: string
      readonly reasons: readonly { code: string; message: string; rule?: { file: string; line: number } }[]
    }
  }[]
}

interface Where {
  readonly ledger?: string
  readonly config?: string
  readonly cwd?: string
}

/** Runs `ecp` with this stage's ledger and config, its output going to this terminal. Answers its exit code. */
function ecp(stage: Stage, args: string[], { ledger = stage.ledger, config = stage.config, cwd }: Where = {}): number {
  console.log(paint(36, `  $ ecp ${args.join(' ')}`))
  const run = spawnSync(process.execPath, [ecpCommand, ...args, '--trace-dir', ledger, '--config', config], {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HOME: stage.home },
  })
  return run.status ?? 1
}

/** An agent's session: its calls are printed when it is over, with the decisions from the ledger. */
async function withAgent(
  stage: Stage,
  executor: string,
  session: (agent: Agent, calls: Call[]) => Promise<void>,
): Promise<void> {
  const agent = await Agent.start(stage, executor)
  const calls: Call[] = []
  try {
    await session(agent, calls)
  } finally {
    await agent.stop()
  }
  // The run of an executor goes on from session to session: the last decisions are those of this one.
  const why = decisions(stage, executor).slice(-calls.length)
  calls.forEach((call, index) => {
    show(call, why[index] ?? [])
  })
}

async function session(stage: Stage): Promise<void> {
  heading('An agent works through ECP, with the official filesystem and memory servers behind it')
  await withAgent(stage, 'reader', async (agent, calls) => {
    console.log(`  the agent is shown: ${(await agent.tools()).join(', ')}`)
    const call = async (what: string, allowed: boolean, name: string, args: Record<string, unknown>) => {
      calls.push({ what, allowed, reply: await agent.call(name, args) })
    }
    const bern = { city: 'Bern' }
    await call('read desk/notes.md', true, 'files__read_text_file', { path: join(stage.desk, 'notes.md') })
    await call('read the knowledge graph', true, 'memory__read_graph', {})
    await call('write a file: not on the list', false, 'files__write_file', {
      path: join(stage.out, 'a'),
      content: 'x',
    })
    await call('read desk/out/../private/salaries.csv', false, 'files__read_text_file', {
      path: `${stage.out}/../private/salaries.csv`,
    })
    await call('ask for the weather', true, 'trickster__forecast', bern)
    await call('call a tool that crashes its server', false, 'trickster__crash', { reason: 'demo' })
    await call('ask again: the server was started anew', true, 'trickster__forecast', bern)
    await call('let the server change what its tools are', true, 'trickster__update', { reason: 'demo' })
    await call('ask again: not the tool that was agreed to', false, 'trickster__forecast', bern)
  })

  heading('One write, under each write mode')
  for (const [executor, note, allowed] of [
    ['strict', 'mode: forbid', false],
    ['careful', 'mode: propose-only', false],
    ['asking', 'requireApprovalFor', false],
    ['free', 'mode: execute-if-allowed', true],
  ] as const) {
    const path = join(stage.out, `${executor}.txt`)
    await withAgent(stage, executor, async (agent, calls) => {
      const reply = await agent.call('files__write_file', { path, content: 'done\n' })
      calls.push({ what: `write out/${executor}.txt (${note})`, reply, allowed })
    })
    if (existsSync(path) !== allowed) surprises += 1
    console.log(`           on disk: ${existsSync(path) ? 'the file is there' : 'nothing was written'}`)
  }

  heading('A person looks at the write that was held, and approves it: the same call runs, once')
  const [held] = ecpJson<{ approval: string }[]>(stage, ['approvals', 'list'])
  expectExit(0, ecp(stage, ['approvals', 'show', held?.approval ?? 'none']))
  expectExit(0, ecp(stage, ['approvals', 'approve', held?.approval ?? 'none', '--note', 'as asked']))
  await withAgent(stage, 'asking', async (agent, calls) => {
    const same = { path: join(stage.out, 'asking.txt'), content: 'done\n' }
    calls.push({ what: 'the same write', allowed: true, reply: await agent.call('files__write_file', same) })
    calls.push({ what: 'and once more', allowed: false, reply: await agent.call('files__write_file', same) })
  })

  heading('Ten parallel calls on a budget of three')
  await withAgent(stage, 'thrifty', async (agent) => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => agent.call('files__list_directory', { path: stage.desk })),
    )
    const done = replies.filter((reply) => !reply.isError).length
    const told = firstLine(replies.find((reply) => reply.isError)?.text ?? '')
    console.log(`  ${done} done, ${replies.length - done} stopped`)
    console.log(paint(2, `           the agent reads: ${told}`))
    if (done !== 3) surprises += 1
  })
}

/** An example as it stands: its model turns are recorded, its servers and the decisions are real. */
function running(stage: Stage): void {
  heading('A Context runs: a lead, three specialists and an editor, over three servers; what they write is proposed')
  const cwd = join(import.meta.dirname, '..', '..', 'examples', 'brief')
  const where = { cwd, config: join(cwd, 'ecp.config.yaml') }
  expectExit(0, ecp(stage, ['run', 'brief.yaml', '--recorded', 'turns.yaml'], where))
  expectExit(0, ecp(stage, ['graph', 'last'], where))
  if (existsSync(join(cwd, 'reports', 'brief-2026-W48.md'))) surprises += 1
}

function evidence(stage: Stage): void {
  heading('What was attempted, decided and done is on record')
  expectExit(0, ecp(stage, ['trace', 'list']))
  expectExit(0, ecp(stage, ['trace', runOf(stage, 'reader')]))
  heading('The record can be proven untouched, and every decision decided again')
  expectExit(0, ecp(stage, ['trace', 'verify']))
  const forged = join(stage.root, 'forged')
  forgeOneByte(stage, forged)
  heading('One byte of a copy of the ledger is changed')
  expectExit(1, ecp(stage, ['trace', 'verify'], { ledger: forged }))
}

/** The run that this executor's calls belong to. */
function runOf(stage: Stage, executor: string): string {
  const runs = ecpJson<{ run: string; start: { executor: string } }[]>(stage, ['trace', 'list'])
  return runs.find((one) => one.start.executor === executor)?.run ?? executor
}

/** What `ecp ... --json` says. */
function ecpJson<T>(stage: Stage, args: string[]): T {
  const all = [ecpCommand, ...args, '--json', '--trace-dir', stage.ledger, '--config', stage.config]
  const run = spawnSync(process.execPath, all, { encoding: 'utf8', env: { ...process.env, HOME: stage.home } })
  return JSON.parse(run.stdout) as T // reason: the form that the command documents
}

function expectExit(wanted: number, got: number): void {
  if (wanted === got) return
  surprises += 1
  console.log(paint(31, `  exit code ${got}, ${wanted} was expected`))
}

const stage = buildStage()
console.log(paint(1, 'ECP demo'))
console.log(`Everything happens in ${stage.root}, which is removed at the end (ECP_DEMO_KEEP=1 keeps it).`)
try {
  await session(stage)
  running(stage)
  evidence(stage)
} finally {
  if (!process.env.ECP_DEMO_KEEP) rmSync(stage.root, { recursive: true, force: true })
}
console.log(
  surprises === 0
    ? paint(32, '\nAll of it went as promised.')
    : paint(31, `\n${surprises} things did not go as promised.`),
)
process.exitCode = surprises === 0 ? 0 : 1

/** Copies the ledger and changes one byte of one recorded action in the copy, as someone with the file could. */
function forgeOneByte(from: Stage, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const copy = join(folder, 'ledger.db')
  copyFileSync(join(from.ledger, 'ledger.db'), copy)
  const database = new DatabaseSync(copy)
  database.exec(`UPDATE records SET bytes = replace(bytes, 'salaries', 'salarles') WHERE bytes LIKE '%salaries%'`)
  database.close()
}
