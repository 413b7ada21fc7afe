import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostOptions, openHost } from '@ecp/host'
import { signIn } from './signing-in.ts'
import { isLoginNeeded, useEverything } from './use.ts'
import { documents, type Told } from './wiring.ts'

/** How often a person signs in before they give up. */
const patience = 3

/** Uses the server of a scenario through a Gate of its own, and signs in where that is wanted. Throws why it could not. */
export async function useServer(told: Told): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-client-'))
  try {
    const options = prepared(folder, told)
    for (let attempt = 0; ; attempt++) {
      const failed = await used(options, told)
      if (failed === undefined) return
      if (attempt === patience || !isLoginNeeded(failed)) throw new TypeError(failed)
      await signIn(options)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function prepared(folder: string, told: Told): HostOptions {
  const written = documents(told)
  const [configFile, contextFile] = [join(folder, 'ecp.config.json'), join(folder, 'context.json')]
  writeFileSync(configFile, JSON.stringify(written.config))
  writeFileSync(contextFile, JSON.stringify(written.context))
  mkdirSync(join(folder, 'home'))
  return {
    cwd: folder,
    home: join(folder, 'home'),
    machineFile: join(folder, 'none'),
    configFile,
    contextFile,
    inputs: {},
    client: 'suite',
    principal: 'suite',
    traceDir: join(folder, 'ledger'),
    env: { PATH: process.env.PATH, CLIENT_SECRET: String(told.context.client_secret ?? '') },
    version: '0.5.0',
  }
}

/** Why the server could not be used, if it could not. */
async function used(options: HostOptions, told: Told): Promise<string | undefined> {
  const faults: string[] = []
  const host = await openHost({
    ...options,
    onLog: ({ level, message }) => {
      if (level === 'error') faults.push(message)
    },
  })
  try {
    return await useEverything(host, told, faults)
  } finally {
    await host.close()
  }
}
