import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { generate } from '@mnemoscope/generate'
import { type ConfigInput, defineConfig, names } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import { eventually } from '../harness/eventually.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { query, queryRange } from './monitoring.js'
import { runs } from './verdict.js'

const scrape = 5
const evaluation = 15
/** vmalert evaluates 30 s ago, and reads what it recorded some evaluations later. */
const settles = 30 + 6 * evaluation

/** A service at one place, whose operations come at a steady pace. */
export interface Service {
  readonly job: string
  /** Seconds at which its processes begin and end. */
  readonly lives: readonly (readonly [from: number, to: number])[]
  /** Operations a second. */
  readonly pace: number
  /** What they measure at a second of the story. */
  readonly f1: (second: number) => number
  /** Bytes of memory at a second of the story. */
  readonly memory?: (second: number) => number
}

/** What VictoriaMetrics and vmalert know of a service at the end. */
export interface Heard {
  readonly job: string
  /** Operations that scrapes have seen, and those that the rules have counted. */
  readonly scraped: number
  readonly counted: number
  /** Of the operations that scrapes have seen those at or below the worst threshold, and what the alert of it says. */
  readonly bad: number
  readonly said: string | undefined
  /** Alerts of each name, in seconds of the story. */
  readonly alerts: Readonly<Record<string, readonly { readonly from: number; readonly to: number }[]>>
}

/** Tells a story to VictoriaMetrics and vmalert, with the rules that are generated for them. */
export async function tellVictoria(
  command: (program: string) => string,
  services: readonly Service[],
  seconds: number,
): Promise<Heard[]> {
  const input: ConfigInput = {
    scrapeInterval: `${scrape}s`,
    alertCheckInterval: `${evaluation}s`,
    ruleTargets: ['victoriametrics'],
    kpis: {
      f1_score: { expiry: '30m' },
      memory_usage: { thresholds: { warning: 4e9, critical: 8e9 } },
    },
  }
  const folder = temporaryFolder('vmalert')
  const playing = await play(services)
  const programs: ChildProcess[] = []
  try {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const file = (name: string, text: string) => {
      writeFileSync(join(folder.path, name), text)
      return join(folder.path, name)
    }
    const rules = generate(defineConfig(input)).get('deploy/rules/victoriametrics.yml') ?? ''
    const start = (program: string, args: readonly string[]) => {
      programs.push(spawn(command(program), args, { stdio: 'ignore' }))
    }
    start('victoria-metrics', [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder.path, 'data')}`,
      `-promscrape.config=${file('scrape.json', JSON.stringify(scrapeConfig(services, playing.target)))}`,
    ])
    await eventually('VictoriaMetrics', async () => (await query(url, 'vector(1)')).length > 0)
    const alertPort = await freePort()
    start('vmalert', [
      `-httpListenAddr=127.0.0.1:${alertPort}`,
      `-rule=${file('rules.yml', rules)}`,
      ...['datasource', 'remoteWrite', 'remoteRead'].map((part) => `-${part}.url=${url}`),
      '-notifier.blackhole',
    ])
    const startedAt = playing.begin()
    await pause((seconds + settles) * 1_000)
    const said = await saidBy(`http://127.0.0.1:${alertPort}`)
    const heard = await Promise.all(
      services.map((service) => heardOf(url, service, startedAt, playing.scraped)),
    )
    return heard.map((each) => ({ ...each, bad: playing.bad(each.job), said: said.get(each.job) }))
  } finally {
    for (const program of programs) {
      const hasEnded = program.exitCode === null ? once(program, 'exit') : undefined
      program.kill()
      await hasEnded
    }
    playing.stop()
    folder.remove()
  }
}

async function heardOf(
  url: string,
  { job }: Service,
  startedAt: number,
  scraped: (job: string) => number,
): Promise<Omit<Heard, 'bad' | 'said'>> {
  const now = Date.now() / 1_000
  const range = { start: startedAt, end: now, step: evaluation }
  const operations = names.judgeSeries.operations({ id: 'f1_score' })
  const [counted] = await queryRange(url, `${operations}{job="${job}"}`, range)
  const firing = await queryRange(url, `ALERTS{job="${job}", alertstate="firing", severity!="none"}`, range)
  const alerts = firing.map(({ metric, values }): [string, { from: number; to: number }[]] => [
    metric.alertname ?? '',
    runs(
      values.map(([at]) => Math.round(at - startedAt)),
      evaluation,
    ),
  ])
  return {
    job,
    scraped: scraped(job),
    counted: Number(counted?.values.at(-1)?.[1] ?? 0),
    alerts: Object.fromEntries(alerts),
  }
}

/** What alerts of the worst level that fire now say of their operations, by service. */
async function saidBy(url: string): Promise<Map<string, string>> {
  const response = await fetch(`${url}/api/v1/alerts`)
  const { data } = (await response.json()) as {
    data: { alerts: { name: string; labels: Record<string, string>; annotations: Record<string, string> }[] }
  }
  return new Map(
    data.alerts
      .filter(({ name }) => name === 'MnemoscopeF1ScoreCritical')
      .map(({ labels, annotations }) => [labels.job ?? '', annotations.shown_operations ?? '']),
  )
}

const scrapeConfig = (services: readonly Service[], target: string) => ({
  global: { scrape_interval: `${scrape}s` },
  scrape_configs: services.map(({ job }) => ({
    job_name: job,
    metrics_path: `/${job}`,
    static_configs: [{ targets: [target] }],
  })),
})

/** Serves the metrics of each service, each at a path of its own, as its process has them at that time. */
async function play(services: readonly Service[]) {
  let startedAt = Number.POSITIVE_INFINITY
  const totals = new Map<string, Map<number, number>>()
  const bad = new Map<string, number>()
  const server = createServer((request, response) => {
    const second = Date.now() / 1_000 - startedAt
    const service = services.find(({ job }) => `/${job}` === request.url)
    const life = service?.lives.findIndex(([from, to]) => second >= from && second < to) ?? -1
    const from = service?.lives[life]?.[0]
    if (service === undefined || from === undefined) {
      response.writeHead(503).end()
      return
    }
    const count = Math.floor((second - from) * service.pace)
    const sum = Array.from({ length: count }, (_, i) => service.f1(from + i / service.pace))
    totals.set(service.job, (totals.get(service.job) ?? new Map()).set(life, count))
    const below = sum.filter((each) => each <= 0.7).length
    bad.set(service.job, below)
    const labels = 'model="m", context_size="8192", operation="search"'
    const place = `{${labels}}`
    const lines = [
      `${names.processStart} ${startedAt + from}`,
      `${names.processUptime} ${second - from}`,
      ...(count === 0
        ? []
        : [
            `mnemoscope_f1_score_count${place} ${count}`,
            `mnemoscope_f1_score_bucket{${labels}, le="0.7"} ${below}`,
            `mnemoscope_f1_score_bucket{${labels}, le="+Inf"} ${count}`,
            `mnemoscope_f1_score_sum${place} ${sum.reduce((all, each) => all + each, 0)}`,
          ]),
      ...(service.memory === undefined
        ? []
        : [`mnemoscope_memory_usage_bytes${place} ${service.memory(second)}`]),
    ]
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`${lines.join('\n')}\n`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    target: `127.0.0.1:${port}`,
    begin() {
      startedAt = Date.now() / 1_000
      return startedAt
    },
    /** Of the newest process. */
    bad: (job: string) => bad.get(job) ?? 0,
    scraped: (job: string) => [...(totals.get(job)?.values() ?? [])].reduce((all, each) => all + each, 0),
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
