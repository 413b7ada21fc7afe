import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseHostConfig } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { writeEntry } from './config-entry.ts'

const newPasskey = () => ({
  id: randomBytes(32).toString('base64url'),
  publicKey: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
  rpId: 'localhost',
  origins: ['http://localhost:7391'],
})

const files = [
  ['host.yaml', '# mine\nversion: "0.5"\nsecurity:\n  approvers:\n    bob: { publicKey: abc } # stays\n'],
  ['host.json', '{"version": "0.5", "security": {"approvers": {"bob": {"publicKey": "abc"}}}}'],
] as const

test.each(files)(
  'in %s a passkey goes beside what an approver has, and nothing else of theirs is changed',
  async (name, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'ecp-entry-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, name)
    writeFileSync(file, text)
    const approvers = () => parseHostConfig(readFileSync(file, 'utf8'), file).document?.value.security?.approvers
    const [one, two, three] = [newPasskey(), newPasskey(), newPasskey()]
    await writeEntry(folder, name, 'ada', { passkeys: [one], groups: ['ops'] })
    await writeEntry(folder, name, 'ada', { passkeys: [two] })
    await writeEntry(folder, name, 'bob', { passkeys: [three] })
    expect(approvers()).toEqual({
      bob: { publicKey: 'abc', passkeys: [three] },
      ada: { passkeys: [one, two], groups: ['ops'] },
    })
    const before = readFileSync(file, 'utf8')
    for (const entry of [{ publicKey: 'def' }, { passkeys: [newPasskey()], groups: ['ops'] }] as const)
      await expect(writeEntry(folder, name, 'ada', entry)).rejects.toMatchObject({ code: 'cli.exists' })
    // A key that somebody has already: two names for one key would count twice.
    await expect(writeEntry(folder, name, 'eve', { passkeys: [one] })).rejects.toMatchObject({
      code: 'cli.document-invalid',
      message: expect.stringContaining('a key of approver `ada` already'),
    })
    expect(readFileSync(file, 'utf8')).toBe(before)
    if (name === 'host.yaml') expect(before).toMatch(/^# mine\n[\s\S]*# stays/)
  },
)
