import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { png } from './media.ts'

/** Offers every resource that the suite reads or watches. */
export function offerResources(server: McpServer): void {
  const fixed = [
    ['static-text', 'A text', 'text/plain', { text: 'This is the content of the static text resource.' }],
    ['static-binary', 'An image', 'image/png', { blob: png }],
    ['watched-resource', 'A text that can be watched', 'text/plain', { text: 'Nothing ever happens here.' }],
  ] as const
  for (const [name, description, mimeType, content] of fixed) {
    server.registerResource(name, `test://${name}`, { description, mimeType }, ({ href: uri }) => ({
      contents: [{ uri, mimeType, ...content }],
    }))
  }
  const template = new ResourceTemplate('test://template/{id}/data', {
    list: undefined,
    complete: { id: (value) => ['123', '124'].filter((id) => id.startsWith(value)) },
  })
  const about = { description: 'A document for each number', mimeType: 'application/json' }
  server.registerResource('template', template, about, ({ href: uri }, { id }) => ({
    contents: [
      {
        uri,
        mimeType: about.mimeType,
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }))
  server.server.registerCapabilities({ resources: { subscribe: true } })
  server.server.setRequestHandler('resources/subscribe', () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', () => ({}))
}
