/**
 * Whether an environment variable makes a program load code or a library of someone's choice: `NODE_OPTIONS`, `LD_*`,
 * `DYLD_*`, `PYTHON*` (host.md). Case does not count: on Windows it does not.
 */
export function nameLoadsCode(name: string): boolean {
  return /^(?:NODE_OPTIONS$|LD_|DYLD_|PYTHON)/i.test(name)
}
