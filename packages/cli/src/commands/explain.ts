import { type Explained, explained } from '@ecp/host'
import { glob, nearest, type Outlook, type Permission, place, type Reason } from '@ecp/protocol'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { pinnedCatalogue } from '../pinned-catalogue.ts'
import { soundDocuments } from '../sound-documents.ts'
import type { Paint, Style } from '../terminal/paint.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'

export interface ExplainOptions {
  readonly executor?: string
  readonly tool?: string
}

const styles: Readonly<Record<Outlook, Style>> = {
  allowed: 'good',
  conditional: 'warn',
  held: 'warn',
  proposed: 'warn',
  denied: 'bad',
}
const head = ['executor', 'may', 'outlook', 'acts', 'why']

/**
 * The effective permissions of a Context under this host: what each executor could do with each pinned tool, and with what
 * else it names, before any arguments are known; with every reason and the place of its rule. Starts nothing.
 */
export async function explain(invocation: Invocation, file: string, options: ExplainOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  const { context, config } = await soundDocuments(invocation, file)
  const catalogue = await pinnedCatalogue(invocation, config)
  const { policy, ...found } = explained(context, config.layers, catalogue)
  mustBeExecutor(context.file, found.executors, options.executor)
  const permissions = found.permissions.filter((permission) => isWanted(permission, options))
  const { executor } = options
  const servers = executor === undefined ? [...found.unpinned.values()].flat() : found.unpinned.get(executor)
  const unpinned = [...new Set(servers)].sort()
  if (common.json) {
    terminal.out(JSON.stringify({ permissions, unpinned }, null, 2))
    return exitCodes.done
  }
  if (permissions.length > 0)
    terminal.out(table({ head, rows: permissions.flatMap(rows) }, terminal.paint, terminal.columns))
  else terminal.err('nothing here that an executor could be allowed or denied')
  for (const server of unpinned) terminal.err(unpinnedLine(server, policy, terminal.paintErr))
  return exitCodes.done
}

function mustBeExecutor(file: string, names: readonly string[], name: string | undefined): void {
  if (name === undefined || names.includes(name)) return
  const meant = nearest(name, names)
  const hint =
    meant === undefined ? `it has ${names.map((one) => `\`${one}\``).join(', ')}` : `did you mean \`${meant}\`?`
  throw new CliError('cli.usage', `\`${file}\` has no executor \`${name}\`; ${hint}`)
}

function isWanted({ executor, kind, target }: Permission, options: ExplainOptions): boolean {
  if (options.executor !== undefined && executor !== options.executor) return false
  return options.tool === undefined || (kind === 'tool.call' && glob(options.tool)(target))
}

function unpinnedLine(server: string, policy: Explained['policy'], paint: Paint): string {
  const isExternal = policy.servers.get(server)?.wiring.transport.type === 'external'
  const how = isExternal
    ? 'its wiring names them under `tools`, since another program executes them'
    : '`ecp lock` asks it and writes them down'
  return `${paint('warn', 'no pins')}: the tools of \`${visible(server)}\` are not known yet; ${how}`
}

/** One line for the permission with its first reason; a line for each further reason, condition, and why it reads or writes. */
function rows({ executor, kind, target, outlook, acts, actsWhy, reasons, conditions }: Permission): Cell[][] {
  const why = [
    ...reasons.map((reason) => `${reason.code}${placeOf(reason)}: ${visible(reason.message)}`),
    ...conditions.map(
      ({ list, source, entry }) => `${list === 'allow' ? 'if' : 'unless'}${placeOf(entry)}: ${visible(source)}`,
    ),
    `${acts}: ${visible(actsWhy)}`,
  ]
  const [first = '', ...more] = why
  return [
    [
      { text: visible(executor, 60), style: 'name' },
      { text: visible(kind === 'tool.call' ? target : `${kind} ${target}`, 120) },
      { text: outlook, style: styles[outlook] },
      { text: acts },
      { text: first },
    ],
    ...more.map((text) => [{ text: '' }, { text: '' }, { text: '' }, { text: '' }, { text, style: 'quiet' as const }]),
  ]
}

/** Before the message, so that a narrow terminal cuts off the message and not the place. */
function placeOf({ rule }: Reason): string {
  return rule ? ` ${visible(place(rule))}` : ''
}
