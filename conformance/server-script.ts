import { join } from 'node:path'

export const serverFolder = join(import.meta.dirname, '..', 'node_modules', '.cache', 'ecp-conformance-server')

/** The MCP server behind the cases: `server.ts` in one file (build-server.ts), for it is started hundreds of times. */
export const serverScript = join(serverFolder, 'server.js')
