// Stands between ecp and a server: `node wiretap.ts LOG COMMAND [ARGUMENT...]` starts the command and copies to LOG
// what it is sent. So a test knows from the wire what reached the server, and takes nobody's word for it.
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'

const [log, command, ...args] = process.argv.slice(2)
if (log === undefined || command === undefined) throw new RangeError('usage: node wiretap.ts LOG COMMAND [ARGUMENT...]')

const server = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] })
process.stdin.pipe(createWriteStream(log, { flags: 'a' }))
process.stdin.pipe(server.stdin)
server.on('exit', (code) => process.exit(code ?? 1))
