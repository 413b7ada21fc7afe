// Runs after `npm ci`: builds the console, so that `ecp serve` of a fresh clone has it. Plain JavaScript that an old Node can
// read. It never fails an install: without the console everything else works, and its page says how it is built.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
const how = 'With Node 24 or newer `npm run build -w packages/console` builds it.'
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`The console was not built: it needs Node 24, and this is ${process.versions.node}. ${how}`)
} else if (existsSync(vite)) {
  const options = { cwd: join(root, 'packages', 'console'), encoding: 'utf8' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], options)
  if (status !== 0) console.error(`The console could not be built. ${how}\n${stdout}${stderr}`)
}
