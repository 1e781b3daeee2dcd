import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { type Config, isRunbookAddress, type Kpi } from '@mnemoscope/kpi'
import { z } from 'zod'
import { RequestError } from '../http/error.js'
import { pageFile, servePageFile } from '../http/page.js'
import { route } from '../http/route.js'
import { runbookHtml } from './html.js'
import { kpiRunbook } from './kpi-runbook.js'

/** The pages as the package carries them (copied when it is packed), and as they lie in the repository. */
const folders = ['../../runbooks/', '../../../../docs/runbooks/'].map(
  (path) => new URL(path, import.meta.url),
)

/** The page with the list of all others. */
const list = 'README.md'

/** Every runbook page that is written by hand, by its name, in Markdown; read once, at start. */
export async function readRunbooks(): Promise<ReadonlyMap<string, string>> {
  const folder = folders.find((each) => existsSync(each))
  if (folder === undefined) throw new Error(`no runbooks at ${folders.join(' or ')}`)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  const pages = names.map(async (name): Promise<[string, string]> => {
    return [name, await readFile(new URL(name, folder), 'utf8')]
  })
  return new Map(await Promise.all(pages))
}

export interface Needs {
  /** Runbook pages by name, in Markdown. */
  readonly runbooks: ReadonlyMap<string, string>
  readonly config: Pick<Config, 'kpis'>
}

export const runbookRoutes = [
  route({
    method: 'GET',
    // Such a page may lie in a folder below the prefix of runbook links.
    path: '/runbooks/{+page}',
    summary: 'What to do about an alert. For a KPI without a written page, what its definition says.',
    // Messages in chats link here. A page describes a KPI, and has no measured value.
    access: 'open',
    params: { page: z.string().max(1_000) },
    media: ['text/html'],
    isCached: true,
    example: { params: { page: 'README.md' } },
    handle({ params: { page }, context }, { runbooks, config }: Needs) {
      const markdown = runbookOf(page, runbooks, config)
      if (markdown !== undefined) {
        return servePageFile(context, pageFile('html', Buffer.from(runbookHtml(markdown, rootOf(page)))))
      }
      throw new RequestError(404, `there is no runbook ${page}`, {
        value: page,
        next: 'The list of all is at /runbooks/README.md.',
      })
    },
  }),
] as const

/** From a runbook to the page, whatever prefix a proxy has for both. */
function rootOf(page: string): string {
  return '../'.repeat(page.split('/').length)
}

/** A page in Markdown: as it is written, else as the KPIs are defined that lead to it; undefined where none does. */
export function runbookOf(
  page: string,
  written: ReadonlyMap<string, string>,
  { kpis }: Pick<Config, 'kpis'>,
): string | undefined {
  const unwritten = Object.values(kpis).filter(
    (kpi) => !isRunbookAddress(kpi.runbook) && !written.has(pageOf(kpi)),
  )
  const text = written.get(page)
  if (text !== undefined) return page === list ? withUnwritten(text, unwritten) : text
  const here = unwritten.filter((kpi) => pageOf(kpi) === page)
  return here.length === 0 ? undefined : here.map(kpiRunbook).join('\n\n')
}

function withUnwritten(text: string, kpis: readonly Kpi[]): string {
  if (kpis.length === 0) return text
  const items = kpis.map((kpi) => `- [${kpi.title.replaceAll(/[[\]\s]+/g, ' ').trim()}](${pageOf(kpi)})`)
  return [text.trimEnd(), '## KPIs of the configuration', items.join('\n')].join('\n\n')
}

/** A link may lead to a part of a page. */
function pageOf({ runbook }: Kpi): string {
  return runbook.replace(/[?#].*$/, '')
}
