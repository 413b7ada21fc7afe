import { type ConfigOptions, type LoadedConfig, loadConfig } from '@ecp/host'
import type { Invocation } from './invocation.ts'

/** Where this invocation's host configuration is looked for. */
export function configOptions({ common, cwd, home }: Invocation): ConfigOptions {
  return { cwd, home, ...(common.config === undefined ? {} : { configFile: common.config }) }
}

/** The layers of the host configuration with every diagnostic. Throws `host.no-config` when there is none at all. */
export function hostConfig(invocation: Invocation): Promise<LoadedConfig> {
  return loadConfig(configOptions(invocation))
}
