import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dotenvProvider, environmentProvider, type SecretProvider } from './provider.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecp-secrets-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Makes a provider that holds these values, in its own real place. */
const providers: Record<string, (values: Readonly<Record<string, string>>) => Promise<SecretProvider>> = {
  'process.env': async (values) => environmentProvider({ ...values }),
  'dot.env': async (values) => {
    const file = join(await mkdtemp(join(folder, 'env-')), '.env')
    await writeFile(
      file,
      Object.entries(values)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}\n`)
        .join(''),
    )
    return dotenvProvider(file)
  },
}

describe.each(Object.entries(providers))('%s', (_, make) => {
  it('gives the value of a key as it is', async () => {
    const values = { TOKEN: 'tok-1', SPACED: '  x  ', LINES: 'a\nb', QUOTED: `"'\\$` }
    const provider = await make(values)
    for (const [key, value] of Object.entries(values)) expect(await provider.lookup(key)).toEqual({ value })
  })

  it('says why there is no value, and holds an empty one for none', async () => {
    const provider = await make({ EMPTY: '' })
    expect(await provider.lookup('EMPTY')).toEqual({ missing: expect.stringMatching(/`EMPTY`.* is empty$/) })
    expect(await provider.lookup('OTHER')).toEqual({ missing: expect.stringMatching(/`OTHER`.* is not set$/) })
  })

  it.each(['toString', '__proto__', 'constructor'])('has no key %s that nobody set', async (key) => {
    const provider = await make({})
    expect(await provider.lookup(key)).toHaveProperty('missing')
  })

  it('says whether it is secure', async () => {
    expect((await make({})).secure).toBe(false)
  })
})

describe('dot.env', () => {
  it('is missing with its reason when the file cannot be read', async () => {
    const gone = join(folder, 'gone')
    expect(await dotenvProvider(gone).lookup('A')).toEqual({ missing: `\`${gone}\` cannot be read (ENOENT)` })
    expect(await dotenvProvider(folder).lookup('A')).toEqual({ missing: `\`${folder}\` is not a file` })
    const closed = join(folder, 'closed')
    await writeFile(closed, 'A=1')
    await chmod(closed, 0)
    if (process.getuid?.() !== 0) {
      expect(await dotenvProvider(closed).lookup('A')).toEqual({ missing: `\`${closed}\` cannot be read (EACCES)` })
    }
  })

  it('tells the place of a fault and not what stands there', async () => {
    const file = join(folder, 'faulty')
    await writeFile(file, 'A=1\ntop secret\n')
    expect(await dotenvProvider(file).lookup('A')).toEqual({
      missing: `\`${file}\` has a fault in line 2: not of the form KEY=value`,
    })
  })

  it('reads the file when it is asked, so that a changed value counts', async () => {
    const file = join(folder, 'changing')
    const provider = dotenvProvider(file)
    await writeFile(file, 'A=one')
    expect(await provider.lookup('A')).toEqual({ value: 'one' })
    await writeFile(file, 'A=two')
    expect(await provider.lookup('A')).toEqual({ value: 'two' })
  })
})
