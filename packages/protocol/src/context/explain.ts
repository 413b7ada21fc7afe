import type { Explain } from '../document/issues.ts'
import { hostOnlyMessage, namesHostOnly } from './check/host-only.ts'

/** Words for faults in a Context whose cause is known. */
export const explainContext: Explain = (fault) => {
  const last = fault.path.at(-1)
  if (fault.path.length === 1 && last === 'specVersion' && fault.code === 'wrong-value') return { code: 'unsupported' }
  if (fault.code === 'missing-key' && last === 'default' && fault.path.at(-2) === 'toolAccess') {
    return {
      message: '`default` is missing in `toolAccess`: what is not named must be denied in so many words',
      expected: ['default: deny'],
    }
  }
  const inModel = fault.path.slice(0, -1).includes('model') || fault.path[0] === 'plugins'
  if (fault.code === 'unknown-key' && typeof last === 'string' && inModel && namesHostOnly(last)) {
    return { message: hostOnlyMessage(last), expected: [], nearest: undefined }
  }
  return undefined
}
