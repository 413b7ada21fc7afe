// The main job on real servers: an agent's session through `ecp mcp`, its trace, and the proof that the trace is whole.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Agent, ecpCommand, type Reply } from './agent.ts'
import { buildStage, type Stage } from './stage.ts'

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
let surprises = 0

function heading(text: string): void {
  console.log(`\n${paint(1, text)}`)
}

/** Prints one call with what the agent was told, and counts it when it is not what the demo promises. */
function show(what: string, reply: Reply, allowed: boolean): void {
  const mark = reply.isError ? paint(33, 'stopped') : paint(32, 'done   ')
  console.log(`  ${mark}  ${what}`)
  console.log(paint(2, `           ${firstLine(reply.text)}`))
  if (reply.isError === allowed) {
    surprises += 1
    console.log(paint(31, `           this was not expected: ${reply.text}`))
  }
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 150 ? `${line.slice(0, 149)}…` : line
}

/** Runs `ecp` with this stage's ledger and config, its output going to this terminal. Answers its exit code. */
function ecp(stage: Stage, args: string[], ledger = stage.ledger): number {
  console.log(paint(36, `  $ ecp ${args.join(' ')}`))
  const run = spawnSync(process.execPath, [ecpCommand, ...args, '--trace-dir', ledger, '--config', stage.config], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HOME: stage.home },
  })
  return run.status ?? 1
}

async function withAgent(stage: Stage, executor: string, session: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = await Agent.start(stage, executor)
  try {
    await session(agent)
  } finally {
    await agent.stop()
  }
}

async function session(stage: Stage): Promise<void> {
  heading('An agent reads, through ECP, with the official filesystem and memory servers behind it')
  await withAgent(stage, 'reader', async (agent) => {
    console.log(`  the agent is shown: ${(await agent.tools()).join(', ')}`)
    const read = (path: string) => agent.call('files__read_text_file', { path })
    show('read desk/notes.md', await read(join(stage.desk, 'notes.md')), true)
    show('read the knowledge graph', await agent.call('memory__read_graph', {}), true)
    show(
      'write a file: not on the list',
      await agent.call('files__write_file', { path: join(stage.out, 'a'), content: 'x' }),
      false,
    )
    show('read desk/out/../private/salaries.csv', await read(`${stage.out}/../private/salaries.csv`), false)
    heading('A server dies in the middle of a call, and the next call works')
    show('ask for the weather', await agent.call('trickster__forecast', { city: 'Bern' }), true)
    show('crash the server', await agent.call('trickster__crash', { reason: 'demo' }), false)
    show('ask again', await agent.call('trickster__forecast', { city: 'Bern' }), true)
    heading('A tool whose definition changes is not the tool that was agreed to')
    show('let the server update itself', await agent.call('trickster__update', { reason: 'demo' }), true)
    show('ask for the weather', await agent.call('trickster__forecast', { city: 'Bern' }), false)
  })

  heading('One write, under each write mode')
  for (const [executor, note, allowed] of [
    ['strict', 'mode: forbid', false],
    ['careful', 'mode: propose-only', false],
    ['asking', 'requireApprovalFor', false],
    ['free', 'mode: execute-if-allowed', true],
  ] as const) {
    const path = join(stage.out, `${executor}.txt`)
    await withAgent(stage, executor, async (agent) => {
      show(
        `write out/${executor}.txt (${note})`,
        await agent.call('files__write_file', { path, content: 'done\n' }),
        allowed,
      )
    })
    if (existsSync(path) !== allowed) surprises += 1
    console.log(paint(2, `           on disk: ${existsSync(path) ? 'the file is there' : 'nothing was written'}`))
  }

  heading('Ten parallel calls on a budget of three')
  await withAgent(stage, 'thrifty', async (agent) => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => agent.call('files__list_directory', { path: stage.desk })),
    )
    const done = replies.filter((reply) => !reply.isError).length
    console.log(
      `  ${done} done, ${replies.length - done} stopped: ${firstLine(replies.find((reply) => reply.isError)?.text ?? '')}`,
    )
    if (done !== 3) surprises += 1
  })
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
  expectExit(1, ecp(stage, ['trace', 'verify'], forged))
}

/** The run that this executor's calls belong to. */
function runOf(stage: Stage, executor: string): string {
  const args = [ecpCommand, 'trace', 'list', '--json', '--trace-dir', stage.ledger, '--config', stage.config]
  const listed = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, HOME: stage.home } })
  const runs = JSON.parse(listed.stdout) as { run: string; start: { executor: string } }[] // reason: what `--json` prints
  return runs.find((one) => one.start.executor === executor)?.run ?? executor
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
