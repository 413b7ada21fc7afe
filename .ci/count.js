// The closing line of .ci/run: tests passed and failed over vitest's JSON reports, and with them the exit code. Plain
// JavaScript, for the Node that is installed. A failed step that has no failed test (a check, a report that was never
// written) counts as one failure.
import { readFileSync } from 'node:fs'

const [failedSteps = '0', ...files] = process.argv.slice(2)
const reports = files.flatMap((file) => {
  try {
    return [JSON.parse(readFileSync(file, 'utf8'))]
  } catch {
    return []
  }
})
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0)
const failedTests = reports.reduce((sum, report) => sum + report.numFailedTests, 0)
const failed = Math.max(failedTests, Number(failedSteps))
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
