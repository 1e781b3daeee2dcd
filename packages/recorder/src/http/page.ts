import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A file that the page is made of. */
export interface PageFile {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
}

const folder = new URL('../../page/', import.meta.url)
const library = pathToFileURL(createRequire(import.meta.url).resolve('uplot/dist/uPlot.esm.js'))

/** Every file of the page by its path, and where it lies. Nothing else is served, so no path can lead outside. */
const files: Readonly<Record<string, URL>> = {
  '/': new URL('index.html', folder),
  '/page/style.css': new URL('style.css', folder),
  '/page/main.js': new URL('main.js', folder),
  '/page/status.js': new URL('status.js', folder),
  '/page/alerts.js': new URL('alerts.js', folder),
  '/page/charts.js': new URL('charts.js', folder),
  '/page/format.js': new URL('format.js', folder),
  '/page/element.js': new URL('element.js', folder),
  '/page/icon.svg': new URL('icon.svg', folder),
  '/page/uplot.js': library,
  '/page/uplot.css': new URL('uPlot.min.css', library),
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads the page's files once, at start: a missing one is found then, not by a visitor. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  const entries = Object.entries(files).map(async ([path, url]): Promise<[string, PageFile]> => {
    const ending = url.pathname.slice(url.pathname.lastIndexOf('.') + 1)
    return [
      path,
      { type: types[ending] ?? 'application/octet-stream', body: Uint8Array.from(await readFile(url)) },
    ]
  })
  return new Map(await Promise.all(entries))
}
