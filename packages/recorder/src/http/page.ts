import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Context, Next } from 'hono'

/** A file that the page is made of. */
export interface PageFile {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  /** Changes with the content, so a browser asks again and learns that nothing has changed. */
  readonly etag: string
}

/** Documents, styles and pictures, served as they are written. */
const sources = new URL('../../page/', import.meta.url)
/** Modules, built by `tsc -b` from the TypeScript beside the documents; the same place seen from src and from dist. */
const modules = new URL('../../dist/page/', import.meta.url)

/** Every file of the page by its path, and where it lies. Nothing else is served, so no path can lead outside. */
function pageFiles(): Readonly<Record<string, URL>> {
  const filesIn = (folder: URL, endings: RegExp) =>
    readdirSync(folder)
      .filter((name) => endings.test(name))
      .map((name): [string, URL] => [`/page/${name}`, new URL(name, folder)])
  return {
    '/': new URL('index.html', sources),
    ...Object.fromEntries([...filesIn(sources, /\.(?:css|svg)$/), ...filesIn(modules, /\.js$/)]),
  }
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads the page's files once, at start: a missing one is found then, not by a visitor. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  if (!existsSync(modules)) {
    throw new Error(`the page is not built: there is no ${fileURLToPath(modules)}. Run \`npm run setup\`.`)
  }
  const entries = Object.entries(pageFiles()).map(async ([path, url]): Promise<[string, PageFile]> => {
    const ending = url.pathname.slice(url.pathname.lastIndexOf('.') + 1)
    return [path, pageFile(ending, await readFile(url))]
  })
  return new Map(await Promise.all(entries))
}

/** A file that is served, by the ending of its name and its content. */
export function pageFile(ending: string, content: Uint8Array): PageFile {
  const body = Uint8Array.from(content)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const gzipped = Uint8Array.from(gzipSync(body, { level: 9 }))
  return { type: types[ending] ?? 'application/octet-stream', body, gzipped, etag }
}

/** What browsers read of documents, and not of their scripts and styles. */
const documentHeaders = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
] as const

/**
 * Takes the policy for documents off the page's scripts and styles: on each of them it would be more than a tenth of what
 * goes over the wire. Registered before what sets it.
 */
export async function policyForDocumentsAlone(context: Context, next: Next): Promise<void> {
  await next()
  if (!/\.(?:js|css)$/.test(context.req.path)) return
  for (const name of documentHeaders) context.header(name, undefined)
}

/** Answers with a file: compressed where the browser takes that, 304 where it has this content already. */
export function servePageFile(context: Context, { type, body, gzipped, etag }: PageFile): Response {
  const headers = { 'cache-control': 'no-cache', etag, vary: 'accept-encoding' }
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers)
  const isGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '')
  return context.body(isGzip ? gzipped : body, 200, {
    ...headers,
    'content-type': type,
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  })
}
