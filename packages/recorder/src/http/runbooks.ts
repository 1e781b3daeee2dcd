import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { type Config, isRunbookAddress, type Kpi } from '@mnemoscope/kpi'
import { type Context, Hono } from 'hono'
import { kpiRunbook } from './kpi-runbook.js'
import { pageFile, servePageFile } from './page.js'
import { runbookHtml } from './runbook-html.js'

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

/** `GET /runbooks/latency.md` and so on: pages written by hand, and one of each KPI of the configuration that has none. */
export function runbookRoutes(written: ReadonlyMap<string, string>, config: Pick<Config, 'kpis'>): Hono {
  const routes = new Hono()
  // A page of one's own may lie in a folder below the prefix of runbook links.
  routes.get('/runbooks/:page{.+}', (context: Context) => {
    const markdown = runbookOf(context.req.param('page') ?? '', written, config)
    if (markdown === undefined) return context.notFound()
    return servePageFile(context, pageFile('html', Buffer.from(runbookHtml(markdown))))
  })
  return routes
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
  return [text.trimEnd(), '## KPIs of the configuration in force', items.join('\n')].join('\n\n')
}

/** A link may lead to a part of a page. */
function pageOf({ runbook }: Kpi): string {
  return runbook.replace(/[?#].*$/, '')
}
