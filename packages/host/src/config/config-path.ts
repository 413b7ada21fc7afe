import { dirname, join, resolve } from 'node:path'

/** A path that a config file names, as an absolute one: `~/` is the user's home, others are relative to the file's folder. */
export function configPath(file: string, path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(dirname(file), path)
}
