/** `server:tool`, split at the first colon. */
export function splitTarget(target: string): { readonly server: string; readonly tool: string } {
  const colon = target.indexOf(':')
  return colon < 0 ? { server: '', tool: target } : { server: target.slice(0, colon), tool: target.slice(colon + 1) }
}
