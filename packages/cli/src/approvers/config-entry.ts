import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isJsonObject, type Passkey, parseHostConfig } from '@ecp/protocol'
import { CliError } from '../error.ts'

/** An approver with one key, as the configuration has it. */
export interface Entry {
  readonly publicKey?: string
  readonly passkeys?: readonly [Passkey]
  readonly groups?: readonly string[]
}

const path = ['security', 'approvers']

/** The entry as lines of YAML, to be put into a config by hand. */
export async function entryText(name: string, entry: Entry): Promise<string> {
  const { stringify } = await import('yaml')
  return stringify({ security: { approvers: { [name]: entry } } }, { lineWidth: 0 }).trimEnd()
}

/**
 * Puts the entry into a config file; comments and order stay. A passkey alone goes beside what an approver has already. Throws `cli.document-invalid` where it would not be sound
 * then, `cli.exists` for an approver who is there already.
 */
export async function writeEntry(cwd: string, named: string, name: string, entry: Entry): Promise<string> {
  const file = resolve(cwd, named)
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('cli.document-invalid', `\`${named}\` cannot be read: ${cause.code ?? cause.message}`)
  })
  const after = file.endsWith('.json') ? inJson(text, named, name, entry) : await inYaml(text, named, name, entry)
  const fault = parseHostConfig(after, file).diagnostics.find(({ severity }) => severity === 'error')
  if (fault) {
    const place = `${fault.range.line}:${fault.range.column}`
    throw new CliError(
      'cli.document-invalid',
      `\`${named}\` is not sound: ${fault.message} (line ${place}); nothing was written`,
    )
  }
  await writeFile(file, after)
  return file
}

async function inYaml(text: string, named: string, name: string, entry: Entry): Promise<string> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const [wrong] = document.errors
  if (wrong) throw new CliError('cli.document-invalid', `\`${named}\`: ${wrong.message}`)
  const at = [...path, name]
  const added = addedTo(document.hasIn(at), entry)
  if (!added) throw thereAlready(named, name)
  if (added === 'entry') document.setIn(at, document.createNode(entry))
  else if (document.hasIn([...at, 'passkeys'])) document.addIn([...at, 'passkeys'], document.createNode(added))
  else document.setIn([...at, 'passkeys'], document.createNode([added]))
  return document.toString({ lineWidth: 0 })
}

function inJson(text: string, named: string, name: string, entry: Entry): string {
  const parsed: unknown = parsedJson(text, named)
  if (!isJsonObject(parsed)) throw new CliError('cli.document-invalid', `\`${named}\` is not an object`)
  const security = isJsonObject(parsed.security) ? parsed.security : {}
  const approvers = isJsonObject(security.approvers) ? security.approvers : {}
  const before = Object.hasOwn(approvers, name) ? approvers[name] : undefined
  const added = addedTo(before !== undefined, entry)
  if (!added) throw thereAlready(named, name)
  const { passkeys = [], ...rest } = isJsonObject(before) ? before : {}
  const after = added === 'entry' ? entry : { ...rest, passkeys: [...(Array.isArray(passkeys) ? passkeys : []), added] }
  const changed = { ...parsed, security: { ...security, approvers: { ...approvers, [name]: after } } }
  return `${JSON.stringify(changed, null, 2)}\n`
}

/** What of an entry is written: all of it for a new approver, for another one their passkey; nothing else is theirs to add. */
function addedTo(isThere: boolean, { publicKey, passkeys, groups }: Entry): Passkey | 'entry' | undefined {
  if (!isThere) return 'entry'
  return publicKey === undefined && groups === undefined ? passkeys?.[0] : undefined
}

function parsedJson(text: string, named: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('cli.document-invalid', `\`${named}\`: ${(cause as Error).message}`) // reason: JSON throws only Errors
  }
}

function thereAlready(named: string, name: string): CliError {
  return new CliError('cli.exists', `\`${named}\` has an approver \`${name}\` already`)
}
