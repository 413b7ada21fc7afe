import { configPath, defaultRunQueue, type Machine } from '@ecp/host'
import { type Context, type Document, nearest, place, startingTriggers, type TriggeredRunWiring } from '@ecp/protocol'
import { ServerError } from '../error.ts'
import { inputFaults } from './input-faults.ts'
import type { RunBounds } from './run-queue.ts'
import { scheduleOf } from './schedule.ts'
import { toolEventForms, toolEventOf } from './tool-event.ts'
import type { TriggeredRun } from './triggered-run.ts'

type Trigger = NonNullable<Context['triggers']>[number]

/** How many runs go on, and wait, at a time: as `gateway.runQueue` has it. */
export function runBounds({ config }: Pick<Machine, 'config'>): RunBounds {
  const wired = config.layers.find(({ document }) => document.value.gateway)
  const { maxRunning, maxWaiting } = wired?.document.value.gateway?.runQueue ?? {}
  return {
    maxRunning: maxRunning ?? defaultRunQueue.maxRunning,
    maxWaiting: maxWaiting ?? defaultRunQueue.maxWaiting,
  }
}

/**
 * The Contexts of `gateway.runs`, each read and opened once: what could not start is refused now, and not at three in the
 * morning. Throws `server.refused` with the places for what can start nothing, and what opening a Context throws. `user`: for whom
 * they run where the config does not say.
 */
export async function wiredRuns(machine: Machine, user: string): Promise<readonly TriggeredRun[]> {
  const runs: TriggeredRun[] = []
  for (const { document } of machine.config.layers) {
    for (const [name, wiring] of Object.entries(document.value.gateway?.runs ?? {})) {
      const at = place(document.keyAt(['gateway', 'runs', name]))
      const contextFile = configPath(document.file, wiring.context, machine.config.options.home)
      const context = await machine.context(contextFile)
      const { triggers, faults } = triggersOf(context, wiring, serversOf(machine))
      const { inputs = {}, principal = user, overlap = false, webhook } = wiring
      const startsAlone = triggers.some(({ type }) => type !== 'webhook')
      faults.push(...inputFaults(context.value, inputs, { areAll: startsAlone }).map((fault) => `${fault} (${at})`))
      if (faults.length > 0) {
        throw new ServerError('server.refused', `run \`${name}\` (${at}) cannot be started: ${faults.join('; ')}`)
      }
      const run = { name, contextFile, context: context.value, inputs, principal, overlap }
      if (startsAlone) await refuseUnopenable(machine, run)
      runs.push({
        ...run,
        schedules: triggers.flatMap(({ cron, timezone }) => (cron === undefined ? [] : [scheduleOf(cron, timezone)])),
        events: triggers.flatMap(({ type, event = '' }) => {
          const known = type === 'tool-event' ? toolEventOf(event) : undefined
          return known ? [known] : []
        }),
        ...(webhook
          ? { webhook: { key: await machine.webhookKey(webhook.secret, `run \`${name}\``), paths: pathsOf(triggers) } }
          : {}),
      })
    }
  }
  return runs
}

/** The triggers that count, and what is wrong with them. */
function triggersOf(
  context: Document<Context>,
  { triggers: wanted, webhook }: TriggeredRunWiring,
  servers: readonly string[],
): { readonly triggers: readonly Trigger[]; readonly faults: string[] } {
  const all = context.value.triggers ?? []
  const types: readonly string[] = wanted ?? startingTriggers
  const triggers = all.filter(({ type }) => types.includes(type))
  const faults = all.flatMap((trigger, i) => {
    if (!triggers.includes(trigger)) return []
    const fault = faultOf(trigger, servers)
    return fault === undefined ? [] : [`${fault} (${place(context.at(['triggers', i]))})`]
  })
  const has = (type: string) => triggers.some((one) => one.type === type)
  const file = `\`${context.file}\``
  for (const type of wanted ?? []) if (!has(type)) faults.push(`${file} has no trigger of type \`${type}\``)
  if (triggers.length === 0) faults.push(`${file} has no trigger of type ${startingTriggers.join(', ')}`)
  if (has('webhook') && !webhook) {
    faults.push(
      'its webhook has no key; give it one as `webhook.secret`, or list the other triggers that may start it in `triggers`',
    )
  }
  if (webhook && !has('webhook')) faults.push(`${file} has no trigger that the key in \`webhook.secret\` is for`)
  return { triggers, faults: [...new Set(faults)] }
}

/** What of a trigger this version cannot do: refused by name. */
function faultOf({ type, event, url }: Trigger, servers: readonly string[]): string | undefined {
  if (type === 'webhook') {
    if (event !== undefined) return 'which events a webhook is told of is for its sender to choose: leave `event` out'
    return url !== undefined && pathOf(url) === undefined ? `\`${url}\` is neither a path nor an address` : undefined
  }
  if (type !== 'tool-event') return undefined
  const known = toolEventOf(event ?? '')
  if (!known) return `event \`${event}\` is not one that ecp can wait for: ${toolEventForms}`
  if (servers.includes(known.server)) return undefined
  const meant = nearest(known.server, servers)
  return `server \`${known.server}\` is not wired${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`
}

function serversOf({ config }: Machine): readonly string[] {
  return config.layers.flatMap(({ document }) => Object.keys(document.value.tools?.servers ?? {}))
}

async function refuseUnopenable(machine: Machine, run: Pick<TriggeredRun, 'contextFile' | 'inputs' | 'principal'>) {
  const { contextFile, inputs, principal } = run
  const host = await machine.admit({ contextFile, inputs, principal, client: 'ecp serve' })
  try {
    const { refuseUnready } = await import('@ecp/runtime')
    await refuseUnready(host)
  } finally {
    await host.close()
  }
}

function pathsOf(triggers: readonly Trigger[]): readonly string[] {
  return triggers.flatMap(({ type, url }) => (type === 'webhook' && url !== undefined ? [pathOf(url) ?? ''] : []))
}

/** Of `/hooks/brief` and of `https://example.com/hooks/brief`, `hooks/brief`. */
function pathOf(url: string): string | undefined {
  const parsed = URL.parse(url, 'http://localhost')
  return parsed === null ? undefined : parsed.pathname.replace(/^\/+/, '')
}
