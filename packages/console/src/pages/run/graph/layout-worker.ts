import workerUrl from 'elkjs/lib/elk-worker.min.js?url'

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/**
 * A worker that computes layouts: a file of this origin, that the build knows by name. Where scripts have to be trusted
 * (W3C Trusted Types) it says so of this one, and of no other.
 */
export function layoutWorker(): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes } // reason: lib.dom does not know it yet
  policy ??= trustedTypes?.createPolicy('ecp-layout', { createScriptURL: () => workerUrl })
  return new Worker(policy ? policy.createScriptURL(workerUrl) : workerUrl)
}
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined
