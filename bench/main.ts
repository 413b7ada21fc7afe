// `npm run bench`, or `npm run bench -- decide gate run approvals console http start` for some of the figures; `--quick` only shows that they run.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { approvalsFigure } from './approvals/figure.ts'
import { consoleFigure } from './console/figure.ts'
import { decideFigure } from './decide/figure.ts'
import { gateFigure } from './gate/figure.ts'
import { type FigureResult, isMet } from './harness/figure.ts'
import { describeMachine } from './harness/machine.ts'
import { printAim, printFigure, printMachine } from './harness/print.ts'
import { httpFigure } from './http/figure.ts'
import { runFigure } from './run/figure.ts'
import { startFigure } from './start/figure.ts'

const figures = [decideFigure, gateFigure, runFigure, approvalsFigure, consoleFigure, httpFigure, startFigure]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name))
if (unknown.length > 0) {
  console.error(`no figure \`${unknown.join(' ')}\`; there are ${figures.map(({ name }) => `\`${name}\``).join(', ')}`)
  process.exit(2)
}
const chosen = figures.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

const machine = describeMachine()
const began = new Date()
console.log(printMachine(machine))
const results: Record<string, FigureResult> = {}
for (const figure of chosen) {
  const result = await figure.measure(values, (line) => process.stderr.write(`${figure.name}: ${line}\n`))
  results[figure.name] = result
  console.log(printFigure(figure.title, result))
}

const aims = Object.values(results).flatMap((result) => result.aims)
const missed = aims.filter((aim) => !isMet(aim))
console.log(`\n${aims.length - missed.length} of ${aims.length} aims met`)
for (const aim of missed) console.log(printAim(aim))

const folder = join(import.meta.dirname, 'results')
mkdirSync(folder, { recursive: true })
const file = join(folder, `${began.toISOString().replaceAll(':', '-')}.json`)
writeFileSync(
  file,
  `${JSON.stringify({ at: began.toISOString(), quick: values.quick, machine, figures: results }, null, 2)}\n`,
)
console.log(`written to ${file}`)
