import type { DashboardData, Recorder } from '@mnemoscope/recorder'
import { startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'
import type { Page } from 'playwright-core'
import { mnemoscope } from '../../harness/command.js'
import { startTogether } from '../../harness/started.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { answerOf } from '../answer.js'
import { expandSql, type Look } from '../expand.js'
import { type Asked, look, queryOf } from '../look.js'
import type { Row } from '../rows.js'
import { type SeededPostgres, startSeededPostgres } from '../seed/postgres.js'
import { type SeededPrometheus, type Series, startSeededPrometheus } from '../seed/prometheus.js'
import { config } from '../seed/story.js'

/** Everything that shows numbers of the story, over the window that `look()` looks at. */
export interface Views {
  readonly page: Page
  /** `mnemoscope report --json`. */
  readonly report: DashboardData
  /** `mnemoscope report`. */
  readonly text: string
  /** `mnemoscope report --markdown` and `--html`. */
  readonly markdown: string
  readonly html: string
  /** `mnemoscope status --json`. */
  readonly status: { readonly status: string; readonly open: number }
  readonly dashboards: Dashboards
}

/** The dashboards' own queries, answered by the servers that Grafana would ask. */
export interface Dashboards {
  promql(dashboard: string, title: string, refId?: string, at?: Look): Promise<Series[]>
  sql(dashboard: string, title: string, at?: Look): Promise<Row[]>
  /** Queries that were asked so far. */
  readonly asked: ReadonlySet<Asked>
}

/** Servers that hold the story, and a recorder that only shows it. */
export interface Story {
  readonly url: string
  readonly postgres: SeededPostgres
  readonly dashboards: Dashboards
  stop(): Promise<void>
}

/** Nothing listens there, so nothing is added to the story. */
const noPrometheus = 'http://127.0.0.1:9'

export async function startStory(): Promise<Story> {
  const [postgres, prometheus] = await startTogether(startSeededPostgres(), startSeededPrometheus())
  const recorder: Recorder = await startRecorder({
    config,
    databaseUrl: postgres.recorder,
    prometheusUrl: noPrometheus,
    port: 0,
    logger: pino({ level: 'silent' }),
  })
  return {
    url: recorder.url,
    postgres,
    dashboards: dashboardsOn(postgres, prometheus),
    async stop() {
      await recorder.stop()
      await prometheus.stop()
      await postgres.stop()
    },
  }
}

/** The address of the page for the window that is looked at. */
export function pageAddress(url: string): string {
  const { from, to } = look()
  return `${url}/?from=${from.toISOString()}&to=${to.toISOString()}`
}

/** What `mnemoscope report` prints of the window that is looked at, in each of its forms, and what `status` says. */
export async function reportOf(url: string): Promise<Omit<Views, 'page' | 'dashboards'>> {
  const folder = temporaryFolder('report')
  const { from, to } = look()
  const args = ['report', '--url', url, '--from', from.toISOString(), '--to', to.toISOString()]
  try {
    const [json, text, markdown, html, status] = await Promise.all([
      mnemoscope(folder.path, [...args, '--json']),
      mnemoscope(folder.path, args),
      mnemoscope(folder.path, [...args, '--markdown']),
      mnemoscope(folder.path, [...args, '--html']),
      mnemoscope(folder.path, ['status', '--json', '--url', url]),
    ])
    for (const { exitCode, stderr } of [json, text, markdown, html])
      if (exitCode !== 0) throw new Error(stderr)
    return {
      report: JSON.parse(json.stdout) as DashboardData,
      text: text.stdout,
      markdown: markdown.stdout,
      html: html.stdout,
      status: JSON.parse(status.stdout) as Views['status'],
    }
  } finally {
    folder.remove()
  }
}

/** Rows of a section of the report's text: cells by column, the head first. */
export function sectionOf(text: string, title: string): string[][] {
  const lines = text.split('\n')
  const begin = lines.indexOf(title) + 1
  if (begin === 0) throw new Error(`the report has no section ${title}`)
  const end = lines.indexOf('', begin)
  return lines.slice(begin, end).map((line) => line.slice(2).split(/\s{3,}/))
}

function dashboardsOn(postgres: SeededPostgres, prometheus: SeededPrometheus): Dashboards {
  const asked = new Set<Asked>()
  const found = (...where: Parameters<typeof queryOf>) => {
    const query = queryOf(...where)
    asked.add(query)
    return query
  }
  return {
    asked,
    promql: (dashboard, title, refId, at) => answerOf(prometheus, found(dashboard, title, refId), at),
    async sql(dashboard, title, at = look()) {
      const { target } = found(dashboard, title)
      return (await postgres.read(expandSql(String(target.rawSql), at))).rows
    },
  }
}
