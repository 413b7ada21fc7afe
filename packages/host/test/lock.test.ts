import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLedger } from '@ecp/ledger'
import { beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load-config.ts'
import { checkLock, diffLock, lockText, writeLock } from '../src/pins/lock.ts'
import { openPins } from '../src/pins/pins.ts'
import { type Survey, surveyTools } from '../src/pins/survey.ts'
import { createRedactor } from '../src/secrets/redaction.ts'
import { failure, fixture, official, pool, secret } from './servers.ts'

let folder = ''
let config = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecp-lock-'))
  config = join(folder, 'ecp.config.yaml')
  mkdirSync(join(folder, 'home'))
})

interface Wiring {
  readonly args: readonly string[]
  readonly over?: object
}
function wire(servers: Readonly<Record<string, Wiring>>, allowed = Object.keys(servers)): void {
  const wired = Object.entries(servers).map(([name, { args, over }]) => {
    return [name, { transport: { type: 'stdio', command: process.execPath, args }, ...over }]
  })
  const security = { tools: { allowServers: allowed }, secrets: { allowProviders: ['process.env'] } }
  writeFileSync(config, JSON.stringify({ version: '0.5', tools: { servers: Object.fromEntries(wired) }, security }))
}

const options = () => ({
  cwd: folder,
  home: join(folder, 'home'),
  machineFile: join(folder, 'no-machine.yaml'),
  configFile: config,
  env: { PATH: process.env.PATH, KEY: secret },
  now: Date.now,
  random: () => 0.5,
})

async function surveyed(): Promise<Survey> {
  const [survey] = await surveyTools(options())
  if (!survey) throw new Error('nothing was surveyed')
  return survey
}

test('the tools of the official servers are locked, and the lock is what they say', async () => {
  wire(
    {
      files: { args: [official('filesystem'), folder], over: { tools: { read_text_file: { effect: 'write' } } } },
      everything: { args: [official('everything')], over: { trustAnnotations: false } },
      forbidden: { args: [official('memory')] },
    },
    ['files', 'everything'],
  )
  const survey = await surveyed()
  expect(survey.file).toBe(join(folder, 'ecp.lock.yaml'))
  expect(Object.keys(survey.lock.servers)).toEqual(['everything', 'files'])
  const { tools = {} } = survey.lock.servers.files ?? {}
  expect(tools.read_text_file).toMatchObject({ effect: 'write', why: 'the wiring says so' })
  expect(tools.list_directory).toMatchObject({ effect: 'read', why: 'its pinned definition has `readOnlyHint: true`' })
  expect(tools.write_file).toMatchObject({ effect: 'write' })
  expect(survey.lock.servers.everything?.tools.echo).toMatchObject({ effect: 'write' })
  expect(await checkLock(survey)).toBe(false)
  expect((await diffLock(survey)).every(({ kind }) => kind === 'added')).toBe(true)

  await writeLock(survey)
  expect(await checkLock(survey)).toBe(true)
  const again = await surveyed()
  expect(await diffLock(again)).toEqual([])
  expect(lockText(again)).toBe(readFileSync(survey.file, 'utf8'))
})

test('the catalogue comes from the lock; what is not in it stays unknown', async () => {
  wire({ ok: { args: fixture('ok').args }, pages: { args: fixture('pages').args } })
  const survey = await surveyed()
  const { one, ...rest } = survey.lock.servers.pages?.tools ?? {}
  expect(Object.keys(rest)).toEqual(['two'])
  await writeLock({ ...survey, lock: { version: '1', servers: { pages: { tools: one ? { one } : {} } } } })
  const { layers } = await loadConfig(options())
  const ledger = openSqliteLedger({ file: join(folder, 'ledger.db') })
  const { servers, log } = pool([fixture('ok'), fixture('pages')])
  const pins = await openPins({
    layers,
    ledger,
    servers,
    redactor: createRedactor(),
    now: Date.now,
    log: (entry) => log.push(entry),
  })
  expect(Object.keys(pins.catalogue().tools)).toEqual(['pages:one'])
  const before = pins.catalogue()
  await Promise.all([pins.observe('ok'), pins.observe('pages')])
  expect(pins.catalogue()).toBe(before)
  expect(log.map(({ message }) => message)).toContainEqual(expect.stringContaining('not in the lock, so unknown: two'))
  await servers.close()
  ledger.close()
})

test('differences are told part by part', async () => {
  wire({ ok: { args: fixture('pages').args } })
  await writeLock(await surveyed())
  wire({ ok: { args: fixture('duplicates').args, over: { tools: { one: { effect: 'read' } } } } })
  const survey = await surveyed()
  expect(survey.refused).toEqual([{ target: 'ok:twice', why: 'it is listed twice' }])
  expect(await diffLock(survey)).toEqual([
    {
      kind: 'changed',
      target: 'ok:one',
      parts: [
        {
          part: 'effect',
          before: 'write (its pinned definition has no `readOnlyHint: true`)',
          after: 'read (the wiring says so)',
        },
      ],
    },
    { kind: 'removed', target: 'ok:two', before: expect.objectContaining({ effect: 'write' }) },
  ])
  wire({ ok: { args: fixture('telling', 'nothing').args } })
  await writeLock(await surveyed())
  wire({ ok: { args: fixture('telling', 'another').args } })
  const [first] = await diffLock(await surveyed())
  expect(first).toMatchObject({
    kind: 'changed',
    parts: [{ part: 'description', before: 'your key is nothing', after: 'your key is another' }],
  })
})

test('a lock that was edited is an error with the place of the digest', async () => {
  wire({ ok: { args: fixture('pages').args } })
  const survey = await surveyed()
  await writeLock(survey)
  const text = readFileSync(survey.file, 'utf8')
  writeFileSync(survey.file, text.replace('the first description', 'a harmless description'))
  const message = await failure(diffLock(survey), 'host.document-invalid')
  expect(message).toMatch(/ecp\.lock\.yaml:\d+:\d+: the digest of `ok:one` does not fit its definition/)
  writeFileSync(survey.file, text.replace('digest:', 'digset:'))
  expect(await failure(checkLock(survey), 'host.document-invalid')).toContain('did you mean `digest`')
})

test('a secret that a server puts into a definition is not in its lock', async () => {
  const bindings = [{ name: 'KEY', source: { provider: 'process.env', key: 'KEY' }, allowInsecure: true }]
  wire({ ok: { args: fixture('telling', secret).args, over: { credentials: { bindings } } } })
  const survey = await surveyed()
  expect(lockText(survey)).toContain('your key is [secret:process.env:KEY]')
  expect(lockText(survey)).not.toContain(secret)
})

test('a server that does not answer leaves the lock as it was', async () => {
  wire({ ok: { args: fixture('ok').args }, broken: { args: fixture('exit-at-start').args } })
  expect(await failure(surveyTools(options()), 'server.start-failed')).toContain('no database')
  expect(existsSync(join(folder, 'ecp.lock.yaml'))).toBe(false)
})
