import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { boundary } from './boundary.ts'
import { served } from './guarded.ts'

test('a server that wants to know who asks is asked once, in the newest revision, and not taken for an old one', async () => {
  const heard: string[] = []
  const server = await served((request, response) => {
    heard.push(String(request.headers['mcp-method'] ?? 'an older request'))
    request.resume()
    response.writeHead(401, { 'www-authenticate': 'Bearer scope="read"' }).end()
  })
  const made = boundary()
  const transport = { type: 'http', url: `${server.url}/mcp` }
  writeFileSync(
    made.config,
    `version: "0.5"
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security: { tools: { allowServers: [witness] } }
`,
  )
  const said: string[] = []
  const host = await made.open({ onLog: ({ message }) => said.push(message) })
  onTestFinished(() => host.close())
  await host.observe('agent')
  expect(said.join('\n')).toContain('ecp login witness')
  expect(heard).toEqual(['server/discover'])
})
