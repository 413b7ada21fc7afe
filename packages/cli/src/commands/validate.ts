import { bindInputs, type LoadedConfig, unsupported, unsupportedInContext } from '@ecp/host'
import { compile, load, type Policy, reachableServers } from '@ecp/policy'
import {
  type Context,
  type Diagnostic,
  type Document,
  executorsOf,
  formatDiagnostic,
  type JsonObject,
  place,
} from '@ecp/protocol'
import { isExpected } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { hostConfig } from '../host-config.ts'
import { hostRefusals, type Refusal } from '../host-refusals.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { type ReadContext, readContext } from '../read-context.ts'
import { plain } from '../terminal/paint.ts'
import { type Cell, table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { visible, visibleJson } from '../terminal/visible.ts'
import { counted } from '../trace/words.ts'
import { unknownApprovers } from '../unknown-approvers.ts'

export interface ValidateOptions extends InputOptions {
  readonly skipInputs?: boolean
}

interface Findings {
  readonly diagnostics: readonly Diagnostic[]
  readonly refusals: readonly Refusal[]
  /** What is wrong with the values of inputs. */
  readonly inputs?: string
}

/**
 * Every error of a Context and of the host configuration at once, with places, and what the host would refuse. Exit code
 * 2 for an error, 3 when the documents are sound and the host would refuse something; warnings do not count.
 */
export async function validate(invocation: Invocation, file: string, options: ValidateOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  const context = await readContext(invocation, file)
  const config = await hostConfig(invocation).catch((error: unknown) => {
    // What is wrong with the Context is said even where there is no host configuration to judge it by.
    print(terminal, { diagnostics: context.diagnostics, refusals: [] }, new Map([[file, context.text]]))
    throw error
  })
  const inputs = options.skipInputs ? { values: {} } : await checkedInputs(invocation, context, options)
  const policy = policyOf(context, config, inputs.values)
  const findings: Findings = {
    diagnostics: [...context.diagnostics, ...config.diagnostics, ...unsupportedBy(context, config, policy)],
    refusals: context.document && policy ? hostRefusals(context.document, policy) : [],
    ...(inputs.fault === undefined ? {} : { inputs: inputs.fault }),
  }
  const code = codeOf(findings)
  const declared = context.document && options.skipInputs ? declaredInputs(context.document) : undefined
  if (common.json) {
    terminal.out(
      JSON.stringify({ valid: code === exitCodes.done, ...findings, ...(declared ? { declared } : {}) }, null, 2),
    )
    return code
  }
  print(terminal, findings, new Map([...config.texts, [file, context.text]]))
  if (code === exitCodes.done && context.document) terminal.out(summary(context.document, findings, config))
  if (declared) terminal.out(declared.length === 0 ? 'it has no inputs' : inputTable(declared, terminal))
  return code
}

function codeOf({ diagnostics, inputs, refusals }: Findings): ExitCode {
  if (inputs !== undefined || diagnostics.some(({ severity }) => severity === 'error')) return exitCodes.wrong
  return refusals.length > 0 ? exitCodes.refused : exitCodes.done
}

async function checkedInputs(
  invocation: Invocation,
  { document }: ReadContext,
  options: InputOptions,
): Promise<{ readonly values: JsonObject; readonly fault?: string }> {
  const given = await inputValues(invocation, options)
  if (!document) return { values: {} }
  try {
    return { values: bindInputs(document, given) }
  } catch (error) {
    if (!isExpected(error)) throw error
    return { values: {}, fault: error.message }
  }
}

/** There is one when both documents are sound: of half a document nobody can say what it would be refused. */
function policyOf({ document }: ReadContext, { layers }: LoadedConfig, inputs: JsonObject): Policy | undefined {
  if (!document || layers.length === 0) return undefined
  return load(compile({ context: document, host: layers, inputs }), '')
}

/** What this version cannot do yet, of what the Context asks for and would use, and whom nobody knows. */
function unsupportedBy({ document }: ReadContext, { layers }: LoadedConfig, policy: Policy | undefined) {
  if (!document) return []
  const servers = policy ? executorsOf(document.value).flatMap(({ name }) => reachableServers(policy, name)) : []
  return [...unsupportedInContext(document), ...unsupported(layers, { servers }), ...unknownApprovers(document, layers)]
}

function print(
  terminal: Terminal,
  { diagnostics, refusals, inputs }: Findings,
  texts: ReadonlyMap<string, string>,
): void {
  const paint = terminal.paintErr
  for (const diagnostic of diagnostics) {
    const text = texts.get(diagnostic.range.file)
    terminal.err(formatDiagnostic(diagnostic, { colour: paint !== plain, ...(text === undefined ? {} : { text }) }))
  }
  if (inputs !== undefined)
    terminal.err(`${paint('bad', 'error')}: ${visible(inputs)}; \`--skip-inputs\` lists the inputs instead`)
  for (const { range, executor, target, reasons } of refusals) {
    const head = `${paint('strong', visible(place(range)))}: ${paint('bad', 'refused')}`
    terminal.err(`${head}: the host does not let \`${visible(executor)}\` have \`${visible(target)}\``)
    for (const { code, layer, message, rule } of reasons) {
      terminal.err(`  ${code} (${layer}): ${visible(message)}${rule ? `  ${visible(place(rule))}` : ''}`)
    }
  }
}

function summary({ file, value }: Document<Context>, { diagnostics }: Findings, { layers }: LoadedConfig): string {
  const { name, version } = value.metadata
  const named = `${visible(name, 80)} ${visible(version, 40)}, ${counted(executorsOf(value).length, 'executor')}`
  const under = layers.map(({ layer }) => layer).join(', ')
  const warnings = diagnostics.length === 0 ? '' : `, ${counted(diagnostics.length, 'warning')}`
  return `${visible(file)} is valid: ${named}, under the host configuration of ${under}${warnings}`
}

interface DeclaredInput {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default?: string | number | boolean
  readonly enum?: readonly (string | number | boolean)[]
  readonly description?: string
}

function declaredInputs({ value }: Document<Context>): DeclaredInput[] {
  return Object.entries(value.inputs ?? {}).map(([name, input]) => ({
    name,
    type: input.type,
    required: input.required === true && input.default === undefined,
    ...(input.default === undefined ? {} : { default: input.default }),
    ...(input.enum === undefined ? {} : { enum: input.enum }),
    ...(input.description === undefined ? {} : { description: input.description }),
  }))
}

function inputTable(inputs: readonly DeclaredInput[], { paint, columns }: Terminal): string {
  const rows = inputs.map((input): Cell[] => [
    { text: visible(input.name, 60), style: 'name' },
    { text: input.enum ? visible(input.enum.map(String).join(' | '), 60) : input.type },
    {
      text: input.required
        ? 'required'
        : input.default === undefined
          ? 'optional'
          : `default ${visibleJson(input.default, 60)}`,
    },
    { text: visible(input.description ?? '', 200) },
  ])
  return table({ head: ['input', 'type', 'value', 'description'], rows }, paint, columns)
}
