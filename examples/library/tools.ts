import { readFile, rm, writeFile } from 'node:fs/promises'
import { tool } from 'ai'
import { z } from 'zod'

/** What this program can do with notes, as tools of the AI SDK. Nothing here knows of ECP. */
export const deskTools = {
  read_note: tool({
    description: 'Reads a note.',
    inputSchema: z.object({ path: z.string() }),
    execute: ({ path }) => readFile(path, 'utf8'),
  }),
  write_note: tool({
    description: 'Writes a note.',
    inputSchema: z.object({ path: z.string(), text: z.string() }),
    execute: async ({ path, text }) => {
      await writeFile(path, text)
      return { written: text.length }
    },
  }),
  remove_note: tool({
    description: 'Removes a note.',
    inputSchema: z.object({ path: z.string() }),
    execute: ({ path }) => rm(path),
  }),
}
