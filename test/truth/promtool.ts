import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@mnemoscope/generate'
import { type Config, type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { findTool } from '@mnemoscope/servers'
import { parse, stringify } from 'yaml'
import { toolsDir } from '../harness/repository.js'
import { countersOf } from './exposed.js'
import { evaluationInterval } from './judge.js'
import { kpiOf } from './kpis.js'
import type { Pattern } from './pattern.js'
import { type Scrape, scrapesOf } from './scrapes.js'

/** What the generated rules say of one level at one evaluation. */
export interface Ruled {
  readonly at: number
  readonly isFiring: boolean
  /** Whether anything is remembered. */
  readonly isKnown: boolean
  /** The least and the most that the value may be; of a mean only where an alert can begin or go on. */
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Timelines of the levels of a pattern, by the generated rules. */
export type RuledLevels = ReadonlyMap<ThresholdSeverity, readonly Ruled[]>

/**
 * Runs the generated rules on patterns, each in a job of its own, and reads back what they say at every evaluation.
 * Patterns of one KPI that are scraped alike share a run: an evaluation of the rules costs nearly the same for many.
 * @param onRun is called after each run
 */
export async function runRules(
  config: Config,
  patterns: readonly Pattern[],
  onRun: (patterns: number) => void = () => {},
): Promise<Map<Pattern, RuledLevels>> {
  const { command } = await findTool('promtool', { toolsDir })
  const results = new Map<Pattern, RuledLevels>()
  for (const batch of batchesOf(patterns)) {
    const kpi = kpiOf(config, batch[0]?.kpi ?? '')
    const output = await promtool(command, rulesOf(config, kpi), testOf(kpi, batch))
    for (const [pattern, levels] of readBack(kpi, batch, output)) results.set(pattern, levels)
    onRun(batch.length)
  }
  return results
}

/** Patterns that can share a run, the short ones apart from the long ones. */
function batchesOf(patterns: readonly Pattern[]): Pattern[][] {
  const most = 40
  const batches = new Map<string, Pattern[]>()
  for (const pattern of patterns) {
    const hours = Math.ceil(Math.log2(pattern.minutes / 60))
    const key = JSON.stringify([pattern.kpi, pattern.scrapeInterval ?? 15, hours])
    batches.set(key, [...(batches.get(key) ?? []), pattern])
  }
  return [...batches.values()].flatMap((batch) =>
    Array.from({ length: Math.ceil(batch.length / most) }, (_, i) => batch.slice(i * most, (i + 1) * most)),
  )
}

/** The group of a KPI's generated rules that judges and alerts. */
function rulesOf(config: Config, kpi: Kpi): string {
  const text = generate(config).get(`prometheus/rules/${kpi.id}.yml`) ?? ''
  const { groups } = parse(text) as { groups: { rules: { record?: string }[] }[] }
  const judging = groups.filter(({ rules }) =>
    rules.some(({ record }) => record === names.judgeSeries.low(kpi)),
  )
  return stringify({ groups: judging })
}

const weight = (kpi: Kpi) => names.judgeSeries.memory(kpi, 'weight_middle')
const jobOf = (index: number) => `pattern-${index}`

function testOf(kpi: Kpi, patterns: readonly Pattern[]): string {
  const minutes = Math.max(...patterns.map((pattern) => pattern.minutes))
  const evaluations = Array.from(
    { length: (minutes * 60) / evaluationInterval + 1 },
    (_, i) => i * evaluationInterval,
  )
  const { low, high } = names.judgeSeries
  const alerts = thresholdSeverities.map((level) => names.alertName(kpi, level)).join('|')
  const asked = `ALERTS{alertname=~"${alerts}", alertstate="firing"} or {__name__=~"${low(kpi)}|${high(kpi)}|${weight(kpi)}"}`
  return stringify(
    {
      rule_files: ['rules.yml'],
      evaluation_interval: `${evaluationInterval}s`,
      tests: [
        {
          interval: `${patterns[0]?.scrapeInterval ?? 15}s`,
          input_series: patterns.flatMap((pattern, i) => seriesOf(kpi, pattern, jobOf(i))),
          // Nothing is expected, so that promtool prints all that there is.
          promql_expr_test: evaluations.map((at) => ({ expr: asked, eval_time: `${at}s`, exp_samples: [] })),
        },
      ],
    },
    { lineWidth: 0 },
  )
}

/** The series of a pattern as promtool reads them: a value at each scrape, `_` where there is none. */
function seriesOf(kpi: Kpi, pattern: Pattern, job: string): { series: string; values: string }[] {
  const { scrapeInterval = 15, isPushed = false, minutes } = pattern
  const count = Math.floor((minutes * 60) / scrapeInterval) + 1
  const metric = names.metricName(kpi)
  return [...scrapesOf(pattern, kpi)].flatMap(([instance, scrapes]) => {
    const at = new Map(scrapes.map((scrape) => [Math.round(scrape.at / scrapeInterval), scrape]))
    const series = (
      name: string,
      labels: Readonly<Record<string, string>>,
      of: (scrape: Scrape) => number | undefined,
    ) => {
      const text = Object.entries({ job, instance, ...labels }).map(([label, value]) => `${label}="${value}"`)
      let was = false
      const values = Array.from({ length: count }, (_, i) => {
        const scrape = at.get(i)
        const value = scrape === undefined ? undefined : of(scrape)
        const marker = was && value === undefined && !(isPushed && scrape === undefined) ? 'stale' : '_'
        was = value !== undefined || (was && marker === '_')
        return value === undefined ? marker : String(value)
      })
      return { series: `${name}{${text.join(', ')}}`, values: values.join(' ') }
    }
    const place = { model: 'm', context_size: '8192', operation: 'search' }
    const counters = countersOf(kpi).map(({ name, labels, of }) =>
      series(`${metric}${name}`, { ...place, ...labels }, of),
    )
    const process = [
      series(names.processStart, {}, ({ processStart }) => processStart),
      series(names.processUptime, {}, ({ uptime }) => uptime),
      // A process with the instrumentation always has it; others say no start here.
      series(names.instrumentationMetric.overflows, {}, ({ processStart }) =>
        processStart === undefined ? undefined : 0,
      ),
    ]
    return [...counters, ...process].filter(({ values }) => /\d/.test(values))
  })
}

function promtool(command: string, rules: string, test: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-truth-'))
  writeFileSync(join(folder, 'rules.yml'), rules)
  writeFileSync(join(folder, 'test.yml'), test)
  return new Promise<string>((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 2 ** 30 }
    execFile(command, ['test', 'rules', 'test.yml'], options, (error, stdout, stderr) => {
      const output = stdout + stderr
      // It fails, because nothing is expected and something is there.
      if (error === null || output.includes('got:')) resolve(output)
      else reject(new Error(`promtool cannot run the rules: ${output.slice(0, 2_000)}`))
    })
  }).finally(() => rmSync(folder, { recursive: true }))
}

/** What promtool printed: for each evaluation the samples that it got. */
function readBack(kpi: Kpi, patterns: readonly Pattern[], output: string): Map<Pattern, RuledLevels> {
  const { low, high } = names.judgeSeries
  const levels = thresholdSeverities.filter((level) => kpi.thresholds[level] !== undefined)
  const levelOf = new Map(levels.map((level) => [names.alertName(kpi, level), level]))
  const found = patterns.map(
    () => new Map<string, { isFiring?: boolean; isKnown?: boolean; low?: number; high?: number }>(),
  )
  const put = (job: string, level: string, at: number, part: object) => {
    const timeline = found[Number(job.replace('pattern-', ''))]
    timeline?.set(`${level} ${at}`, { ...timeline.get(`${level} ${at}`), ...part })
  }
  let at = 0
  for (const line of output.split('\n')) {
    const time = /, time: ([0-9hms.]+),/.exec(line)
    if (time !== null) at = secondsOf(time[1] ?? '')
    for (const [, text = '', value = ''] of line.matchAll(/\{([^}]*)\} ([-+.0-9eEInfNa]+)/g)) {
      const labels = Object.fromEntries(
        [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, each]) => [name, each]),
      )
      const { __name__: name = '', job = '', alertname = '', severity } = labels as Record<string, string>
      const level = levelOf.get(alertname)
      if (level !== undefined) put(job, level, at, { isFiring: true })
      if (name === weight(kpi)) for (const each of levels) put(job, each, at, { isKnown: true })
      // The bounds of a mean are the same for each level.
      const bound = name === low(kpi) ? 'low' : name === high(kpi) ? 'high' : undefined
      if (bound !== undefined)
        for (const each of severity === undefined ? levels : [severity])
          put(job, each, at, { [bound]: Number(value) })
    }
  }
  return new Map(
    patterns.map((pattern, i) => {
      const count = Math.floor((pattern.minutes * 60) / evaluationInterval) + 1
      const timelines = levels.map((level): [ThresholdSeverity, Ruled[]] => [
        level,
        Array.from({ length: count }, (_, index) => {
          const second = index * evaluationInterval
          const said = found[i]?.get(`${level} ${second}`) ?? {}
          const { isFiring = false, isKnown = false, low: least, high: most } = said
          return { at: second, isFiring, isKnown, low: least, high: most }
        }),
      ])
      return [pattern, new Map(timelines)]
    }),
  )
}

/** Seconds of a time as promtool prints it: `1h2m30s`. */
function secondsOf(text: string): number {
  const factors = { h: 3_600, m: 60, s: 1 } as const
  return [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * factors[unit as keyof typeof factors],
    0,
  )
}
