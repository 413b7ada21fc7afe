import { createRequire } from 'node:module'

/** The program of the official everything server. */
export const everything = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/dist/index.js',
)
