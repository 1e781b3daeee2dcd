import { readdir, readFile } from 'node:fs/promises'
import { type PageFile, pageFile } from './page.js'
import { runbookHtml } from './runbook-html.js'

/** Copies of `docs/runbooks`, which a test holds equal: they come with the package, and need no network. */
const folder = new URL('../../runbooks/', import.meta.url)

/** Every runbook page by its path, `/runbooks/latency.md`, as HTML; read once, at start. */
export async function readRunbooks(): Promise<ReadonlyMap<string, PageFile>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  const pages = names.map(async (name): Promise<[string, PageFile]> => {
    const text = await readFile(new URL(name, folder), 'utf8')
    return [`/runbooks/${name}`, pageFile('html', Buffer.from(runbookHtml(text)))]
  })
  return new Map(await Promise.all(pages))
}
