import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Host, openHost } from '@ecp/host'

/** The boundary of this program: what `assistant.yaml` permits on this machine, with a ledger of its own. */
export function openDesk(desk: string): Promise<Host> {
  return openHost({
    cwd: import.meta.dirname,
    home: homedir(),
    configFile: 'ecp.config.yaml',
    contextFile: 'assistant.yaml',
    inputs: { desk },
    client: 'desk-program',
    principal: userInfo().username,
    traceDir: join(import.meta.dirname, '.ecp'),
    env: process.env,
    version: '0.5.0',
  })
}
