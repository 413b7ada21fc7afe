import { join } from 'node:path'

/** Where tests have `ecp` as it is installed: `bin` as it stands here, and its sources in few files (build-program.ts). */
export const programFolder = join(import.meta.dirname, '../../../node_modules/.cache/ecp-program')

/** `ecp` for tests that start it: made of these sources, without the hundreds of files that would be looked for at each start. */
export const program = join(programFolder, 'bin', 'ecp.js')
