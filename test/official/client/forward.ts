// The program that the suite starts for each scenario: hands it to the process that runs the test. `forward.ts PORT URL`.
import { connect } from 'node:net'

const [port, url] = process.argv.slice(2)
const { MCP_CONFORMANCE_SCENARIO: scenario = '', MCP_CONFORMANCE_CONTEXT: context = '{}' } = process.env
const socket = connect(Number(port), '127.0.0.1')
socket.write(`${JSON.stringify({ scenario, url, context: JSON.parse(context) })}\n`)
let failed = ''
socket.setEncoding('utf8').on('data', (text) => {
  failed += text
})
socket.once('end', () => {
  console.error(failed)
  process.exitCode = failed === '' ? 0 : 1
})
