import { spawnSync } from 'node:child_process'
import type { ServerWiring } from '@ecp/protocol'
import { describe, expect, it } from 'vitest'
import { childEnvironment } from './child-environment.ts'

const wiring = (env: Record<string, string>, more: Partial<ServerWiring> = {}): ServerWiring => ({
  transport: { type: 'stdio', command: 'x', env },
  ...more,
})
const of = (options: Partial<Parameters<typeof childEnvironment>[0]>) =>
  childEnvironment({ base: {}, server: 'files', wiring: wiring({}), secrets: {}, platform: 'linux', ...options })

describe('childEnvironment', () => {
  it('passes what host.md lists, then env, then bindings, and nothing else', () => {
    const base = {
      PATH: '/bin',
      HOME: '/h',
      LANG: 'C',
      LC_ALL: 'C',
      TMPDIR: '/t',
      AWS_SECRET: 's',
      NODE_OPTIONS: '-r x',
      LD_PRELOAD: 'x',
      ECP_X: '1',
      path: 'no',
    }
    expect(of({ base, wiring: wiring({ HOME: '/other', A: '1', B: '1' }), secrets: { B: '2' } })).toEqual({
      PATH: '/bin',
      HOME: '/other',
      LANG: 'C',
      LC_ALL: 'C',
      TMPDIR: '/t',
      A: '1',
      B: '2',
    })
  })

  it('is what a real child sees', () => {
    const env = of({ base: process.env, wiring: wiring({ A: 'one' }), secrets: { TOKEN: 't' } })
    const child = spawnSync(process.execPath, ['-e', 'process.stdout.write(JSON.stringify(process.env))'], { env })
    expect(JSON.parse(child.stdout.toString())).toEqual(env)
    expect(Object.keys(env).filter((name) => !['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR'].includes(name))).toEqual([
      'A',
      'TOKEN',
    ])
  })

  it.each([
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'node_options',
  ])('refuses %s in env and as a binding, unless the server says unsafeEnv', (name) => {
    expect(() => of({ wiring: wiring({ [name]: 'x' }) })).toThrow(`sets \`${name}\``)
    expect(() => of({ secrets: { [name]: 'x' } })).toThrow(`sets \`${name}\``)
    expect(of({ wiring: wiring({ [name]: 'x' }, { unsafeEnv: true }) })).toEqual({ [name]: 'x' })
  })

  it('ignores case on Windows, where it is the same variable', () => {
    const base = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', HOME: '/h', Other: 'x' }
    expect(of({ platform: 'win32', base })).toEqual({ Path: 'C:\\bin', SystemRoot: 'C:\\Windows' })
    expect(of({ platform: 'win32', base, wiring: wiring({ PATH: 'D:\\' }) })).toEqual({
      PATH: 'D:\\',
      SystemRoot: 'C:\\Windows',
    })
  })

  it('refuses names and values that are none, without telling the value', () => {
    for (const name of ['', 'A=B', 'A B', 'A\0', '1A'])
      expect(() => of({ wiring: wiring({ [name]: 'x' }) })).toThrow('cannot set')
    expect(() => of({ secrets: { A: 'top-secret\0' } })).toThrow(
      /^a secret binding of server `files` cannot set the variable `A`$/,
    )
  })
})
