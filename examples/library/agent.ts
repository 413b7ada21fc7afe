// An agent whose tools run only when ECP allows it: `agent.ts DESK`.
import { join, resolve } from 'node:path'
import { governTools } from '@ecp/host'
import { generateText, isStepCount } from 'ai'
import { openDesk } from './open-desk.ts'
import { recordedModel } from './recorded-model.ts'
import { deskTools } from './tools.ts'

const desk = resolve(process.argv[2] ?? 'desk')
const host = await openDesk(desk)
try {
  const { text, steps } = await generateText({
    model: recordedModel(join(import.meta.dirname, 'recording.yaml'), { desk }),
    tools: governTools(deskTools, host.gate, { server: 'desk', executor: 'assistant' }),
    prompt: 'Sum up my notes, and tidy up.',
    stopWhen: isStepCount(10),
  })
  for (const { toolResults } of steps) for (const { toolName } of toolResults) console.log(`${toolName}: done`)
  for (const part of steps.flatMap(({ content }) => content))
    if (part.type === 'tool-error') console.log(`${part.toolName}: ${part.error}`)
  console.log(text)
} finally {
  await host.close()
}
