import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Machine, openMachine } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { onTestFinished } from 'vitest'
import {
  type Authenticator,
  type AuthenticatorOptions,
  clientsFile,
  newToken,
  openAuthenticator,
  type TokenClient,
  tokenHash,
} from '../src/index.ts'

/** A folder with a config and a ledger, and who is asked who comes there; ended with its test. */
export interface Place {
  readonly folder: string
  readonly config: string
  /** Where the tokens of clients are kept. */
  readonly file: string
  readonly machine: Machine
  /** The operator's log. */
  readonly said: string[]
  open(options?: Partial<AuthenticatorOptions>): Promise<Authenticator>
}

export async function place(
  gateway: JsonObject = {},
  { env = {}, security = {} }: { readonly env?: Record<string, string>; readonly security?: JsonObject } = {},
): Promise<Place> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-credentials-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'host.json')
  const secrets = { allowProviders: ['process.env'] }
  writeFileSync(config, JSON.stringify({ version: '0.5', gateway, security: { secrets, ...security } }, null, 2))
  const places = { cwd: folder, home: folder, configFile: config, machineFile: join(folder, 'none.yaml') }
  const machine = await openMachine({ ...places, traceDir: 'ledger', env, version: '0.0.0' })
  onTestFinished(() => machine.close())
  const ledger = join(folder, 'ledger', 'ledger.db')
  const said: string[] = []
  return {
    folder,
    config,
    file: clientsFile(ledger),
    machine,
    said,
    async open(options = {}) {
      const log = (message: string) => said.push(message)
      const opened = await openAuthenticator({ machine, ledger, now: Date.now, log, pollMs: 20, ...options })
      onTestFinished(() => opened.close())
      return opened
    },
  }
}

/** A client that may be added, and its token. */
export function client(name: string, more: Partial<TokenClient> = {}): readonly [token: string, client: TokenClient] {
  const token = newToken()
  const acts = { context: '/contexts/assistant.yaml', executor: 'assistant', inputs: {}, names: 'prefixed' } as const
  return [token, { name, ...acts, tokenHash: tokenHash(token), createdAt: 1, ...more }]
}

/** Settles when the authenticator tells of a change of this client. */
export function changed(authenticator: Authenticator, client: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = authenticator.onChanged((one) => {
      if (one !== client) return
      stop()
      resolve()
    })
  })
}
