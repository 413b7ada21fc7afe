import { dirname, join, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import type { ServerWiring } from '@ecp/protocol'

/**
 * The folder that a stdio server runs in, absolute: its `cwd`, relative to the folder of the config that wires it;
 * without one, that folder itself for a project's server and the working folder for others.
 */
export function serverFolder(
  layer: HostLayer,
  wiring: ServerWiring,
  { cwd, home }: { readonly cwd: string; readonly home: string },
): string {
  const folder = dirname(layer.document.file)
  const wanted = wiring.transport.type === 'stdio' ? wiring.transport.cwd : undefined
  if (wanted === undefined) return layer.layer === 'project' ? folder : cwd
  return wanted === '~' || wanted.startsWith('~/') ? join(home, wanted.slice(1)) : resolve(folder, wanted)
}
