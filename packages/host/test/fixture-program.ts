import { join } from 'node:path'

// A program that is built with this in it is as many folders below the checkout as this file.
export const fixturesFolder = join(import.meta.dirname, '../../../node_modules/.cache/ecp-fixtures')

/** A program that tests start, of one of the `fixtures` folders: in few files (build-fixtures.ts), so that a start costs half. */
export const fixtureProgram = (name: string): string => join(fixturesFolder, `${name}.js`)
