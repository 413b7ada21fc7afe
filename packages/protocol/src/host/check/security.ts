import { checkDomains } from '../../context/check/reach.ts'
import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import type { HostConfig } from '../config.ts'
import { checkApprovers } from './approvers.ts'

/** That defaults are allowed, approvers have keys of their own, and what excludes each other does not stand together. */
export function* checkSecurity(config: HostConfig): Iterable<Fault> {
  yield* checkDefaults(config)
  const { security } = config
  yield* checkApprovers(security?.approvers ?? {})
  yield* checkDomains(security?.network?.allowDomains, ['security', 'network', 'allowDomains'])
  const { path, postgres } = config.ledger ?? {}
  if (path !== undefined && postgres !== undefined) {
    const message = 'a ledger is a file (`path`) or PostgreSQL (`postgres`), not both'
    yield { code: 'wrong-value', path: ['ledger', 'postgres'], on: 'key', message }
  }
}

/** Each default and the allow-list that must name it. Where this document has no such list, another layer may. */
function* checkDefaults({ security }: HostConfig): Iterable<Fault> {
  const { models, agents, executors, memory, loggers } = security ?? {}
  const lists: [Path, readonly string[] | undefined, string, readonly string[] | undefined][] = [
    [['models', 'defaultProviders'], models?.defaultProviders, 'allowProviders', models?.allowProviders],
    [['agents', 'defaultEnable'], agents?.defaultEnable, 'allowEndpoints', agents?.allowEndpoints],
    [['executors', 'defaultEnable'], executors?.defaultEnable, 'allowExecutors', executors?.allowExecutors],
    [['loggers', 'defaultEnable'], loggers?.defaultEnable, 'allowEnable', loggers?.allowEnable],
  ]
  for (const [path, defaults, list, allowed] of lists) {
    for (const [i, name] of (defaults ?? []).entries()) {
      yield* allows(name, allowed, list, ['security', ...path, i])
    }
  }
  if (memory?.defaultStore !== undefined) {
    yield* allows(memory.defaultStore, memory.allowStores, 'allowStores', ['security', 'memory', 'defaultStore'])
  }
}

function* allows(name: string, allowed: readonly string[] | undefined, list: string, path: Path): Iterable<Fault> {
  if (!allowed || allowed.includes(name)) return
  const message = `default ${quote(name)} is not in \`${list}\``
  yield { code: 'reference', path, names: name, message, expected: allowed, nearest: nearest(name, allowed) }
}
