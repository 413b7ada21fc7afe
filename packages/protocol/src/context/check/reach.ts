import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { quote } from '../../document/quote.ts'
import type { Scope } from './scope.ts'

/** That patterns of resources, prompts and domains are such patterns: one that is not would silently fit nothing. */
export function* checkReach({ executors }: Scope): Iterable<Fault> {
  for (const { executor, path } of executors) {
    const { resourceAccess, network } = executor.policies ?? {}
    const at = [...path, 'policies']
    for (const [i, pattern] of (resourceAccess?.allow ?? []).entries()) {
      yield* checkResource(pattern, [...at, 'resourceAccess', 'allow', i])
    }
    for (const [i, pattern] of (resourceAccess?.prompts ?? []).entries()) {
      if (!serverPrefix.test(pattern)) yield notNamed('prompt', pattern, [...at, 'resourceAccess', 'prompts', i])
    }
    yield* checkDomains(network?.allowDomains, [...at, 'network', 'allowDomains'])
  }
}

const serverPrefix = /^[a-z0-9*][a-z0-9*-]*:./

function notNamed(what: 'prompt' | 'resource', pattern: string, path: Path): Fault {
  const message = `${quote(pattern)} does not name a server and its ${what}s`
  return {
    code: 'wrong-value',
    path,
    message,
    expected: [`server:${what}, such as docs:${what === 'prompt' ? '*' : 'file:///srv/**'}`],
  }
}

function* checkResource(pattern: string, path: Path): Iterable<Fault> {
  if (!serverPrefix.test(pattern)) {
    yield notNamed('resource', pattern, path)
  } else if (/(?:^|[/:])\.\.?(?:\/|$)/.test(pattern) || /%2[ef]/i.test(pattern)) {
    const message = `${quote(pattern)} holds dot segments or their escapes, which no normalised URI has`
    yield { code: 'wrong-value', path, message }
  }
}

/** That domains are names, alone or below `*.`: no scheme, port or path. */
export function* checkDomains(domains: readonly string[] | undefined, path: Path): Iterable<Fault> {
  for (const [i, domain] of (domains ?? []).entries()) {
    if (
      domain.length <= 253 &&
      /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(domain)
    )
      continue
    const message = `${quote(domain)} is not a domain`
    yield {
      code: 'wrong-value',
      path: [...path, i],
      message,
      expected: ['a name such as api.example.com or *.example.com'],
    }
  }
}
