import { expect, test } from 'vitest'
import { facts } from '../gateway.ts'
import { oneWitness, Service } from './service.ts'

test('one client draws on its own budget, whatever it connects by', async () => {
  await using service = new Service((desk) => oneWitness(desk, { budgets: { maxToolCalls: 2 } }))
  const [ada, bob] = [await service.token('ada'), await service.token('bob')]
  await service.start()
  const look = async (token: string) => {
    const client = await service.connect(token)
    const result = await client.callTool({ name: 'witness__look', arguments: {} })
    await client.close()
    return result.isError ? facts(result).codes : 'done'
  }
  expect([await look(ada), await look(ada), await look(ada)]).toEqual(['done', 'done', ['budget.tool-calls']])
  expect([await look(bob), await look(bob), await look(bob)]).toEqual(['done', 'done', ['budget.tool-calls']])
  const started = service.gateway.records().flatMap((one) => (one.kind === 'run.started' ? [one.body] : []))
  expect(started.map(({ client, principal }) => `${client} ${principal}`).sort()).toEqual(['ada ada', 'bob bob'])
})
