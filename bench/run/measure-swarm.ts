// Milliseconds that a run of eight children takes whose model takes a second each. Prints them.
import { openBenchMachine, runOn } from './ecp-loop.ts'
import { writeRunFiles } from './run-files.ts'

const slow = 'calls-0-turns-0-delay-1000'
const files = writeRunFiles(process.argv[2] ?? '', [slow])
const machine = await openBenchMachine(files)
const started = performance.now()
await runOn(machine, files.swarm, slow)
const took = performance.now() - started
await machine.close()
files.remove()
console.log(JSON.stringify(took))
