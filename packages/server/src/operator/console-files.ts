import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { Hono } from 'hono'
import { pageHeaders } from './page-headers.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}
/** Addresses that the page reads for itself. */
const pages = ['/', '/approvals/:id', '/runs', '/runs/:id', '/permissions', '/clients', '/chain', '/grants', '/passkey']

interface Kept {
  readonly mark: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly packed: Map<string, Promise<Uint8Array<ArrayBuffer>>>
}

/**
 * The console as it was built (`@ecp/console`): a page with its files, the same for everybody, that says nothing of this
 * machine. Where it was not built, how that is done.
 */
export function consoleFiles(folder: string | undefined = builtConsole()): Hono {
  const app = new Hono()
  const kept = new Map<string, Kept>()

  async function found(name: string): Promise<Kept | undefined> {
    if (folder === undefined) return undefined
    const file = join(folder, name)
    const stats = await stat(file).catch(() => undefined)
    if (!stats?.isFile()) return undefined
    const mark = `${stats.mtimeMs}:${stats.size}`
    const before = kept.get(name)
    if (before?.mark === mark) return before
    const now = { mark, bytes: new Uint8Array(await readFile(file)), packed: new Map() }
    kept.set(name, now)
    return now
  }

  async function answer(name: string, caching: string, accepted: string): Promise<Response | undefined> {
    const file = await found(name)
    if (!file) return undefined
    const type = types[extname(name)] ?? 'application/octet-stream'
    const encoding = isText(type) ? encodingOf(accepted) : undefined
    const headers = { ...pageHeaders, 'content-type': type, 'cache-control': caching, vary: 'accept-encoding' }
    if (encoding === undefined) return new Response(file.bytes, { headers })
    const packed = file.packed.get(encoding) ?? packers[encoding](file.bytes).then((bytes) => new Uint8Array(bytes))
    file.packed.set(encoding, packed)
    return new Response(await packed, { headers: { ...headers, 'content-encoding': encoding } })
  }

  for (const page of pages) {
    app.get(page, async (c) => {
      const index = await answer('index.html', 'no-store', c.req.header('accept-encoding') ?? '')
      return index ?? notBuilt()
    })
  }
  // Their names change with what they hold.
  app.get('/assets/:name{[\\w-][\\w.-]*}', async (c) => {
    const caching = 'public, max-age=31536000, immutable'
    const name = join('assets', c.req.param('name'))
    return (await answer(name, caching, c.req.header('accept-encoding') ?? '')) ?? c.notFound()
  })
  app.get('/:name{[\\w-]+\\.(?:svg|png|ico|webmanifest)}', async (c) => {
    const file = await answer(c.req.param('name'), 'public, max-age=3600', c.req.header('accept-encoding') ?? '')
    return file ?? c.notFound()
  })
  return app
}

function builtConsole(): string | undefined {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@ecp/console/package.json'))), 'dist')
  } catch {
    return undefined
  }
}

function notBuilt(): Response {
  const text =
    'The console was not built. In a checkout of ECP run:\n\n  npm run build -w packages/console\n\nand load this page again.\n'
  const headers = { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return new Response(text, { status: 503, headers })
}

const packers = { br: promisify(brotliCompress), gzip: promisify(gzip) }

function encodingOf(accepted: string): keyof typeof packers | undefined {
  const names = accepted.split(',').map((part) => part.split(';')[0]?.trim())
  return (['br', 'gzip'] as const).find((name) => names.includes(name))
}

const isText = (type: string) => /^text\/|json|svg/.test(type)
