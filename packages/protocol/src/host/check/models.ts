import type { Fault } from '../../document/diagnostic.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import { holdsSecret } from '../../document/sensitive.ts'
import type { HostConfig } from '../config.ts'

/** That default, supported and allowed models agree, as far as they stand in this document. */
export function* checkModels(config: HostConfig): Iterable<Fault> {
  const providers = config.models?.providers ?? {}
  yield* checkLiterals(providers)
  for (const [id, { defaultModel, supportedModels }] of Object.entries(providers)) {
    if (!supportedModels || supportedModels.includes(defaultModel)) continue
    yield {
      code: 'reference',
      names: defaultModel,
      path: ['models', 'providers', id, 'defaultModel'],
      message: `the default model ${quote(defaultModel)} is not one of \`supportedModels\``,
      expected: supportedModels,
      nearest: nearest(defaultModel, supportedModels),
    }
  }

  const { allowProviders = [], allowedModels = {} } = config.security?.models ?? {}
  const path = ['security', 'models']
  for (const [i, id] of allowProviders.entries()) {
    if (Object.hasOwn(allowedModels, id)) continue
    const message = `provider ${quote(id)} is allowed and no model of it is: \`allowedModels\` does not name it`
    yield {
      code: 'reference',
      names: id,
      path: [...path, 'allowProviders', i],
      message,
      expected: [`allowedModels: { ${id}: [...] }`],
    }
  }
  for (const [id, names] of Object.entries(allowedModels)) {
    const at = [...path, 'allowedModels', id]
    if (names.length === 0 && allowProviders.includes(id)) {
      const message = `provider ${quote(id)} is allowed and its list of models is empty`
      yield { code: 'wrong-value', path: at, message, expected: ['at least one model'] }
    }
    const wired = Object.hasOwn(providers, id) ? providers[id] : undefined
    const supported = wired && (wired.supportedModels ?? [wired.defaultModel])
    for (const [i, name] of names.entries()) {
      if (!supported || supported.includes(name)) continue
      const message = `model ${quote(name)} is not one of the supported models of \`${id}\``
      yield {
        code: 'reference',
        path: [...at, i],
        names: name,
        message,
        expected: supported,
        nearest: nearest(name, supported),
      }
    }
  }
}

/** Warns of what looks like a key written into the file: it is not known as a secret and would not be redacted. */
function* checkLiterals(providers: NonNullable<NonNullable<HostConfig['models']>['providers']>): Iterable<Fault> {
  for (const [id, { config }] of Object.entries(providers)) {
    for (const key of Object.keys(config ?? {})) {
      if (!holdsSecret([key])) continue
      const message = `\`${key}\` written here is not known as a secret and not redacted; name it by \`apiKey: { provider, key }\``
      yield {
        code: 'advice',
        severity: 'warning',
        path: ['models', 'providers', id, 'config', key],
        on: 'key',
        message,
      }
    }
  }
}
