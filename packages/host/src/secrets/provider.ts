import { readFile, stat } from 'node:fs/promises'
import { parseDotenv } from './dotenv.ts'

/** A value, or why there is none: lower case, to be put after "because". An empty value is missing. */
export type Lookup = { readonly value: string } | { readonly missing: string }

/** One place that secrets come from. Looked up each time a value is needed, never kept. */
export interface SecretProvider {
  /** Whether only the intended reader can get at the values. */
  readonly secure: boolean
  lookup(key: string): Promise<Lookup>
}

const maxFileBytes = 1_000_000

/** The environment of the `ecp` process. */
export function environmentProvider(env: Readonly<Record<string, string | undefined>>): SecretProvider {
  return {
    secure: false,
    async lookup(key) {
      const value = Object.hasOwn(env, key) ? env[key] : undefined
      return present(value, `the environment variable \`${key}\``)
    },
  }
}

/** A `.env` file, read at each look-up and never merged into the process environment. */
export function dotenvProvider(file: string): SecretProvider {
  return {
    secure: false,
    async lookup(key) {
      let text: string
      try {
        const found = await stat(file)
        if (!found.isFile()) return { missing: `\`${file}\` is not a file` }
        if (found.size > maxFileBytes) return { missing: `\`${file}\` has more than ${maxFileBytes} bytes` }
        text = await readFile(file, 'utf8')
      } catch (error) {
        return { missing: `\`${file}\` cannot be read (${codeOf(error)})` }
      }
      const parsed = parseDotenv(text)
      if ('fault' in parsed)
        return { missing: `\`${file}\` has a fault in line ${parsed.fault.line}: ${parsed.fault.message}` }
      return present(parsed.values.get(key), `\`${key}\` in \`${file}\``)
    },
  }
}

function present(value: string | undefined, what: string): Lookup {
  if (value === undefined) return { missing: `${what} is not set` }
  return value === '' ? { missing: `${what} is empty` } : { value }
}

/** The system's name for what went wrong with a file (`ENOENT`). */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
