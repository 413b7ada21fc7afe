import { createAdaptorServer } from '@hono/node-server'
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import { Additions } from './diagnostic-tools.ts'
import { referenceServer } from './server.ts'
import { Sessions } from './sessions.ts'
import { Tasks } from './tasks.ts'

/** The reference server over HTTP, both revisions on one path. */
export interface Listening extends AsyncDisposable {
  readonly url: string
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(): Promise<Listening> {
  const shared = { tasks: new Tasks(), additions: new Additions() }
  const modern = createMcpHandler(
    () =>
      referenceServer(shared, () => ({
        toolsChanged: () => modern.notify.toolsChanged(),
        promptsChanged: () => modern.notify.promptsChanged(),
      })),
    { legacy: 'reject' },
  )
  const sessions = new Sessions(() =>
    referenceServer(shared, (server) => ({
      toolsChanged: () => server.sendToolListChanged(),
      promptsChanged: () => server.sendPromptListChanged(),
    })),
  )
  const server = createAdaptorServer({
    async fetch(request) {
      const refused =
        hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
        originValidationResponse(request, localhostAllowedOrigins())
      if (refused) return refused
      return (await isLegacyRequest(request)) ? sessions.fetch(request) : modern.fetch(request)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      await modern.close()
      await sessions.close()
      await new Promise((resolve) => {
        server.close(resolve)
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
    },
  }
}
