// Puts into package-lock.json the optional packages for other platforms that the registry at hand does not have: npm
// leaves them out then, and refuses the lock (`npm ci`) wherever they exist, and here as well. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Packages = Readonly<Record<string, Locked>>

/** Optional packages that some locked package names and the lock does not hold, with their entries. */
export function missingOptional(packages: Packages): ReadonlyMap<string, object> {
  const missing = new Map<string, object>()
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, path, name)) continue
      missing.set(`node_modules/${name}`, entry(name, range, dev === true))
    }
  }
  return missing
}

/** Whether Node would find the package from `path`: in the node_modules there, or in one further out. */
function isLocked(packages: Packages, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true
    if (at === '') return false
  }
}

/** Platform packages are named after what they are for: `...-linux-arm64-musl`. */
function entry(name: string, range: string, dev: boolean): object {
  const [, os, cpu, abi] =
    /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? []
  if (!os || !cpu) throw new TypeError(`\`${name}\` is missing in the lock and not a package for one platform`)
  const libc = os === 'linux' && abi ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}
  return { version: range.replace(/^[~^]/, ''), cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] }
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages } // reason: npm's own format
  const missing = missingOptional(lock.packages)
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) })
  packages.sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`)
  console.log(`${missing.size} packages for other platforms added`)
}
