import type { OperatorBoundary, Outlook, Permission } from '@ecp/protocol'

/** One row of the matrix: a tool (or a model, a store, a pattern) and what each boundary would make of it. */
export interface MatrixRow {
  readonly kind: Permission['kind']
  readonly target: string
  /** The target without the server that heads its section. */
  readonly name: string
  /** In the order of the boundaries; missing where nothing is said of the two. */
  readonly cells: readonly (Permission | undefined)[]
}

export interface MatrixSection {
  /** The server of tools; of anything else what it is. */
  readonly title: string
  readonly kind: Permission['kind']
  readonly rows: readonly MatrixRow[]
}

const titles: Readonly<Record<Exclude<Permission['kind'], 'tool.call'>, string>> = {
  'model.generate': 'Models',
  'memory.read': 'Memory, read',
  'memory.write': 'Memory, write',
  'resource.read': 'Resources',
  'prompt.get': 'Prompts',
}

/** What `ecp explain --json` says, as a matrix: boundaries across, targets down, in the order in which they were given. */
export function matrixOf(boundaries: readonly Pick<OperatorBoundary, 'permissions'>[]): readonly MatrixSection[] {
  const of = boundaries.map(({ permissions }) => new Map(permissions.map((one) => [keyOf(one), one])))
  const rows = new Map(of.flatMap((own) => [...own]))
  const sections = Map.groupBy(rows, ([, { kind, target }]) => JSON.stringify([kind, titleOf(kind, target)]))
  return [...sections.values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const [, { kind, target }] = first
    return [{ title: titleOf(kind, target), kind, rows: own.map(([key, one]) => rowOf(key, one, of)) }]
  })
}

/** The rows whose target holds `text`, and where some cell has one of `outlooks` (empty: any). Sections without rows go. */
export function shownSections(
  sections: readonly MatrixSection[],
  text: string,
  outlooks: ReadonlySet<Outlook>,
): readonly MatrixSection[] {
  const part = text.trim().toLowerCase()
  const fits = ({ target, cells }: MatrixRow) =>
    target.toLowerCase().includes(part) &&
    (outlooks.size === 0 || cells.some((cell) => cell !== undefined && outlooks.has(cell.outlook)))
  return sections
    .map((section) => ({ ...section, rows: section.rows.filter(fits) }))
    .filter(({ rows }) => rows.length > 0)
}

function rowOf(key: string, { kind, target }: Permission, of: readonly ReadonlyMap<string, Permission>[]): MatrixRow {
  const name = kind === 'tool.call' ? target.slice(target.indexOf(':') + 1) : target
  return { kind, target, name, cells: of.map((own) => own.get(key)) }
}

function titleOf(kind: Permission['kind'], target: string): string {
  return kind === 'tool.call' ? target.slice(0, Math.max(0, target.indexOf(':'))) : titles[kind]
}

const keyOf = ({ kind, target }: Permission) => JSON.stringify([kind, target])
