import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundleProgram } from '../../../scripts/bundle-program.ts'
import { programFolder } from './program.ts'

const cli = join(import.meta.dirname, '..')

/** Builds what `program` names where its sources are newer than it is: before all tests. */
export default async function buildProgram(): Promise<void> {
  mkdirSync(programFolder, { recursive: true })
  for (const part of ['bin', 'package.json']) cpSync(join(cli, part), join(programFolder, part), { recursive: true })
  await bundleProgram(join(programFolder, 'dist'))
}
