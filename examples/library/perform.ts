// The same boundary without a model: ECP makes calls at a real MCP server, if they are allowed: `perform.ts DESK`.
import { join, resolve } from 'node:path'
import { openDesk } from './open-desk.ts'

const desk = resolve(process.argv[2] ?? 'desk')
const host = await openDesk(desk)
try {
  for (const [tool, path] of [
    ['read_text_file', join(desk, 'notes.md')],
    ['read_text_file', '/etc/passwd'],
    ['create_directory', join(desk, 'new')],
  ] as const) {
    const { decision, outcome, result } = await host.gate.perform({
      kind: 'tool.call',
      target: `files:${tool}`,
      arguments: { path },
      executor: 'assistant',
      origin: 'api',
    })
    console.log(`${tool}: ${decision.effect}, ${outcome.status}`)
    if (result) console.log(JSON.stringify(result.structuredContent))
    else console.log(decision.reasons[0]?.code)
  }
} finally {
  await host.close()
}
