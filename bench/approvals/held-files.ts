import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EcpFiles, writeEcpFiles } from '../harness/ecp-files.ts'

/** The same rules for both; the writes of one of them need a person. */
export type HeldExecutor = 'open' | 'held'

/** `wait`: how long a held call waits, a duration such as 60s. */
export function writeHeldFiles(wait: string): EcpFiles {
  const files = writeEcpFiles()
  appendFileSync(join(files.folder, 'ecp.config.yaml'), `gateway: { approvals: { wait: ${wait} } }\n`)
  writeFileSync(files.context, contextText)
  return files
}

const executor = (name: HeldExecutor, writeControls: string) => `  - name: ${name}
    type: agent
    policies:
      toolAccess:
        default: deny
        allow:
          - bench:read_item
          - { tool: "bench:write_item", when: "args.amount <= 500" }
      writeControls: ${writeControls}
      budgets: { maxToolCalls: 100000000, maxRuntimeSeconds: 86400 }
`

const contextText = `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: bench, version: 1.0.0 }
orchestration: { entrypoint: open, strategy: single }
executors:
${executor('open', '{ mode: execute-if-allowed }')}${executor('held', '{ requireApprovalFor: ["bench:write_item"] }')}`
