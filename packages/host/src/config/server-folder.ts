import { dirname } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import type { ServerWiring } from '@ecp/protocol'
import { configPath } from './config-path.ts'

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
  return configPath(layer.document.file, wanted, home)
}
