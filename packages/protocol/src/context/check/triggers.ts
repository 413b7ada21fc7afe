import { Cron } from 'croner'
import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { quote } from '../../document/quote.ts'
import type { Context } from '../context.ts'
import type { Scope } from './scope.ts'

type Trigger = NonNullable<Context['triggers']>[number]

/** What each type of trigger needs, and what it may have besides. */
const fields: Readonly<Record<Trigger['type'], { needs: readonly Field[]; may: readonly Field[] }>> = {
  schedule: { needs: ['cron'], may: ['timezone'] },
  webhook: { needs: ['url'], may: ['event'] },
  'tool-event': { needs: ['event'], may: [] },
  manual: { needs: [], may: [] },
}
type Field = (typeof own)[number]
const own = ['cron', 'timezone', 'url', 'event'] as const

/** That triggers have their fields, that cron lines can be read, and that time zones exist. */
export function* checkTriggers({ context }: Scope): Iterable<Fault> {
  for (const [i, trigger] of (context.triggers ?? []).entries()) {
    const path = ['triggers', i]
    const { needs, may } = fields[trigger.type]
    for (const field of own) {
      if (trigger[field] === undefined && needs.includes(field)) {
        const message = `a trigger of type \`${trigger.type}\` needs \`${field}\``
        yield { code: 'missing-key', path: [...path, field], message, expected: [field] }
      } else if (trigger[field] !== undefined && !needs.includes(field) && !may.includes(field)) {
        const message = `\`${field}\` means nothing in a trigger of type \`${trigger.type}\``
        yield { code: 'wrong-value', path: [...path, field], on: 'key', message }
      }
    }
    yield* checkSchedule(trigger, path)
  }
}

function* checkSchedule({ cron, timezone }: Trigger, path: Path): Iterable<Fault> {
  if (timezone !== undefined && !isTimeZone(timezone)) {
    yield {
      code: 'schedule',
      path: [...path, 'timezone'],
      message: `${quote(timezone)} is not a time zone`,
      expected: ['an IANA name such as Europe/Berlin'],
    }
  }
  if (cron === undefined) return
  const problem = cronProblem(cron)
  if (problem === undefined) return
  yield {
    code: 'schedule',
    path: [...path, 'cron'],
    message: `cron line ${quote(cron)}: ${problem}`,
    expected: ['five fields such as "0 9 * * 1-5": minute, hour, day, month, weekday'],
  }
}

function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are taken by Intl and are no zones: they know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function cronProblem(cron: string): string | undefined {
  if (cron.length > 200) return 'more than 200 characters'
  if (![5, 6].includes(cron.trim().split(/\s+/).length)) return 'not five or six fields'
  try {
    new Cron(cron, { paused: true, mode: '5-or-6-parts' })
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^\w+: /, '') : 'it cannot be read'
    return message.charAt(0).toLowerCase() + message.slice(1)
  }
}
