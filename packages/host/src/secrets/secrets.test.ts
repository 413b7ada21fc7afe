import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { parseHostConfig } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSecrets, type SecretsOptions } from './secrets.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecp-secrets-'))
})
afterAll(() => rm(folder, { recursive: true }))

const layer = (text: string, name: HostLayer['layer'] = 'user', file = join(folder, `${name}.yaml`)): HostLayer => {
  const { document, diagnostics } = parseHostConfig(text, file)
  if (!document) throw new Error(JSON.stringify(diagnostics))
  return { layer: name, document }
}

const config = (more: { binding?: string; secrets?: string; allow?: string; provider?: string } = {}) => `
version: "0.5"
${more.secrets ?? ''}
tools:
  servers:
    bank:
      transport: { type: stdio, command: bank }
      credentials:
        bindings:
          - { name: BANK_TOKEN, source: { provider: ${more.provider ?? 'process.env'}, key: TOKEN }${more.binding ?? ''} }
    plain: { transport: { type: stdio, command: plain } }
security:
  secrets: { allowProviders: [${more.allow ?? 'process.env, dot.env, os.secrets, session'}] }
`
const value = 'tok-0123456789'
const open = (text: string, more: Partial<SecretsOptions> = {}) =>
  openSecrets({ layers: [layer(text)], env: { TOKEN: value }, cwd: folder, home: folder, ...more })
const code = (code: string, message: RegExp | string) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('openSecrets', () => {
  it('gives a server exactly what is bound to it, and the redactor knows it', async () => {
    const secrets = open(config())
    expect(await secrets.bindingsFor('plain')).toEqual({ env: {}, headers: {} })
    expect(secrets.redactor.text(value)).toBe(value)
    expect(await secrets.bindingsFor('bank')).toEqual({ env: { BANK_TOKEN: value }, headers: {} })
    expect(secrets.redactor.text(`echo ${value}`)).toBe('echo [secret:process.env:TOKEN]')
    expect(await secrets.bindingsFor('no-such-server')).toEqual({ env: {}, headers: {} })
  })

  it('learns values before a server starts, also where using them would be refused', async () => {
    const secrets = open(config({ allow: '' }))
    await secrets.learnAll(['bank', 'plain'])
    expect(secrets.redactor.found({ a: [`x${value}`] })).toEqual([{ provider: 'process.env', key: 'TOKEN' }])
    await expect(secrets.bindingsFor('bank')).rejects.toEqual(code('secret.provider-not-allowed', 'bank'))
  })

  it.each([
    ['not set', {}],
    ['empty', { TOKEN: '' }],
  ])('holds a required secret that is %s for missing, and says where it is bound', async (why, env) => {
    const secrets = open(config(), { env })
    const wanted = code(
      'secret.missing',
      new RegExp(`\`BANK_TOKEN\` of server \`bank\`.*user\\.yaml:\\d+:\\d+.*${why}`),
    )
    await expect(secrets.check(['plain', 'bank'])).rejects.toEqual(wanted)
    await expect(secrets.bindingsFor('bank')).rejects.toEqual(wanted)
    await expect(secrets.check(['plain'])).resolves.toBeUndefined()
    const optional = open(config({ binding: ', required: false' }), { env })
    await expect(optional.check(['bank'])).resolves.toBeUndefined()
    expect(await optional.bindingsFor('bank')).toEqual({ env: {}, headers: {} })
  })

  it('refuses a provider that some layer which names the area does not list', async () => {
    const refused = code('secret.provider-not-allowed', /`security.secrets.allowProviders` \(.*machine.yaml:3:\d+\)/)
    const machine = layer('version: "0.5"\nsecurity:\n  secrets: { allowProviders: [dot.env] }\n', 'machine')
    const both = openSecrets({ layers: [machine, layer(config())], env: { TOKEN: value }, cwd: folder, home: folder })
    await expect(both.check(['bank'])).rejects.toEqual(refused)
    await expect(both.resolve({ provider: 'process.env', key: 'TOKEN' })).rejects.toEqual(
      code('secret.provider-not-allowed', 'machine.yaml'),
    )
    const silent = openSecrets({
      layers: [layer('version: "0.5"\nsecurity: {}\n', 'machine'), layer(config())],
      env: { TOKEN: value },
      cwd: folder,
      home: folder,
    })
    await expect(silent.check(['bank'])).resolves.toBeUndefined()
    const nobody = openSecrets({
      layers: [layer('version: "0.5"\n')],
      env: { TOKEN: value },
      cwd: folder,
      home: folder,
    })
    await expect(nobody.resolve({ provider: 'process.env', key: 'TOKEN' })).rejects.toEqual(
      code('secret.provider-not-allowed', 'no layer'),
    )
  })

  it.each(['os.secrets', 'session'])('refuses %s by name: a later version reads it', async (provider) => {
    await expect(open(config({ provider })).check(['bank'])).rejects.toEqual(
      code('host.refused', `\`${provider}\`, which a later version`),
    )
  })

  it('says nothing, warns once, or refuses an insecure source', async () => {
    for (const [secrets, binding, warnings] of [
      ['', '', 1],
      ['secrets: { policy: warn }', '', 1],
      ['secrets: { policy: warn }', ', allowInsecure: true', 0],
      ['secrets: { policy: permissive }', '', 0],
      ['secrets: { policy: strict }', ', allowInsecure: true', 0],
    ] as const) {
      const heard: string[] = []
      const opened = open(config({ secrets, binding }), { onWarning: (message) => heard.push(message) })
      await opened.check(['bank'])
      await opened.check(['bank', 'bank'])
      expect(heard).toHaveLength(warnings)
      expect(heard.join()).not.toContain(value)
    }
    const strict = open(config({ secrets: 'secrets: { policy: strict }' }))
    await expect(strict.check(['bank'])).rejects.toEqual(code('secret.insecure', /allowInsecure/))
    await expect(strict.bindingsFor('bank')).rejects.toEqual(code('secret.insecure', /allowInsecure/))
  })

  it('reads dot.env from the working folder, from the path beside its config, or from --environment', async () => {
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'))
    await writeFile(join(folder, '.env'), 'TOKEN=from-cwd')
    await writeFile(join(elsewhere, 'x.env'), 'TOKEN=beside-config')
    await writeFile(join(folder, 'other.env'), 'TOKEN=on-command-line')
    const bound = config({ provider: 'dot.env' })
    const withPath = layer(
      `${bound}\nsecrets: { providers: { dot.env: { path: ./x.env } } }`,
      'user',
      join(elsewhere, 'c.yaml'),
    )
    const env = { TOKEN: value }
    const read = async (secrets: ReturnType<typeof openSecrets>) => (await secrets.bindingsFor('bank')).env.BANK_TOKEN
    expect(await read(open(bound))).toBe('from-cwd')
    expect(await read(openSecrets({ layers: [withPath], env, cwd: folder, home: folder }))).toBe('beside-config')
    expect(
      await read(openSecrets({ layers: [withPath], env, cwd: folder, home: folder, environmentFile: 'other.env' })),
    ).toBe('on-command-line')
    const atHome = layer(
      `${bound}\nsecrets: { providers: { dot.env: { path: ~/other.env } } }`,
      'user',
      join(elsewhere, 'c.yaml'),
    )
    expect(await read(openSecrets({ layers: [atHome], env, cwd: elsewhere, home: folder }))).toBe('on-command-line')
    await expect(open(bound, { environmentFile: 'gone.env' }).check(['bank'])).rejects.toEqual(
      code('secret.missing', /gone\.env` cannot be read \(ENOENT\)/),
    )
    expect(process.env.TOKEN).toBeUndefined()
  })

  it('puts a binding into a header where the transport has headers', async () => {
    const text = config().replace('{ type: stdio, command: bank }', '{ type: http, url: "https://bank.example" }')
    expect(await open(text).bindingsFor('bank')).toEqual({ env: {}, headers: { BANK_TOKEN: value } })
  })
})
