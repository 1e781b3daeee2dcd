import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, durationSeconds, names } from '@mnemoscope/kpi'
import { findTool } from '@mnemoscope/servers'
import { type MessageAlert, messageData } from '../../packages/cli/src/messages/message-data.js'
import { renderMessages } from '../../packages/cli/src/messages/render.js'
import { kpiRules } from '../../packages/generate/src/rule-files.js'
import { judgedSeries } from '../../packages/generate/src/rule-tests/test-place.js'
import { between, randomFrom } from '../faults/random.js'
import { toolsDir } from '../harness/repository.js'
import { firingWords } from './count.js'

const config = defineConfig({ contextSizes: [8_192, 131_072] })
const kpi = config.kpis.f1_score
const interval = durationSeconds(config.alertCheckInterval)
const healthy = 0.95
const evaluations = 40

/** A breach of a service: of each of its models the F1 score at each evaluation. */
interface Episode {
  readonly service: string
  readonly places: readonly { readonly model: string; readonly values: readonly number[] }[]
}

/** What its end must say. */
interface Truth {
  readonly title: string
  readonly course: string
}

export interface WrongEnd {
  readonly seed: number
  readonly medium: string
  readonly expected: string
  readonly text: string
}

/**
 * The messages at the end of random breaches: their rules evaluated by promtool, their texts by amtool, compared with the
 * values that the breach was made of.
 * @returns those that say anything else, or hold a word of a breach that goes on
 */
export async function wrongRandomEnds(seeds: readonly number[]): Promise<WrongEnd[]> {
  const episodes = seeds.map(episodeOf)
  const alerts = await alertsAtEnd(episodes)
  const samples = episodes.map(({ service }, i) => ({
    kind: service,
    data: messageData(alerts[i] ?? [], ['job', 'kpi']),
  }))
  const rendered = await renderMessages(config, samples, await findTool('amtool', { toolsDir }))
  return rendered.flatMap(({ media }, i): WrongEnd[] => {
    const seed = seeds[i] as number
    const { title, course } = truthOf(episodes[i] as Episode)
    const change = changeOf(episodes[i] as Episode)
    const told = (alerts[i] ?? []).map(({ annotations }) => annotations.last_change)
    if (told.length === 0 || told.some((each) => each !== change.text)) {
      return [{ seed, medium: 'annotation', expected: change.text, text: JSON.stringify(told) }]
    }
    return Object.entries(media).flatMap(([medium, shown]) => {
      const text = `${shown.title}\n${shown.body}`.replaceAll('\\', '')
      const missing = [title, course].find((each) => !text.includes(each))
      const expected = missing ?? (firingWords.test(text) ? 'no word of a breach' : undefined)
      return expected === undefined ? [] : [{ seed, medium, expected, text }]
    })
  })
}

function episodeOf(seed: number): Episode {
  const random = randomFrom(seed)
  const whole = (least: number, most: number) => least + Math.floor(random() * (most - least + 1))
  const begin = whole(1, 5)
  const firstLasts = whole(1, 15)
  const places = Array.from({ length: whole(1, 4) }, (_, i) => {
    // One after the other, so that something is always beyond its threshold until the end.
    const from = i === 0 ? begin : whole(begin, begin + firstLasts)
    const lasts = i === 0 ? firstLasts : whole(1, 15)
    const values = Array.from({ length: evaluations }, (__, at) =>
      at >= from && at < from + lasts ? between(random, 0.05, 0.79) : healthy,
    )
    return { model: `m${i}`, values }
  })
  return { service: `demo-${seed}`, places }
}

/** What somebody changed before: of the service itself, or of the configuration, which is of all. */
function changeOf({ service, places }: Episode): { readonly series: string; readonly text: string } {
  const { newestChange } = names.recorderMetric
  return places.length % 2 === 0
    ? {
        series: `${newestChange}{service="${service}", what="deployment of ${service} 2.1", by="ci"}`,
        text: `deployment of ${service} 2.1 by ci, 1 Jan 00:00 UTC`,
      }
    : {
        series: `${newestChange}{what="F1 warns at 0.8, not 0.7"}`,
        text: 'F1 warns at 0.8, not 0.7, 1 Jan 00:00 UTC',
      }
}

const isBreached = (value: number | undefined) =>
  value !== undefined && value <= (kpi.thresholds.warning ?? 0)

/** First and last evaluation at which any place is beyond the mildest threshold. */
function spanOf({ places }: Episode): { first: number; last: number } {
  const breached = Array.from({ length: evaluations }, (_, at) => at).filter((at) =>
    places.some(({ values }) => isBreached(values[at])),
  )
  return { first: breached[0] as number, last: breached.at(-1) as number }
}

function truthOf(episode: Episode): Truth {
  const { first, last } = spanOf(episode)
  const seconds = (last + 1 - first) * interval
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  const lasted = [...(minutes > 0 ? [`${minutes} min`] : []), ...(rest > 0 ? [`${rest} s`] : [])].join(' ')
  const { model, value } = episode.places
    .flatMap((place) => place.values.map((value) => ({ model: place.model, value })))
    .reduce((worst, each) => (each.value < worst.value ? each : worst))
  const clock = (evaluation: number) => new Date(evaluation * interval * 1_000).toISOString().slice(11, 19)
  const worst = Number(value.toPrecision(3))
  const count = episode.places.length === 1 ? '' : ` (${episode.places.length} places)`
  return {
    title: `Recovered after ${lasted}: F1 score of ${episode.service}; worst ${worst}`,
    course: `From 1 Jan ${clock(first)} to 1 Jan ${clock(last + 1)} UTC; worst ${worst}, ${model} (search, 8k)${count}`,
  }
}

/** What Alertmanager has of each breach at its end: the alerts of the last evaluation, as its rules filled them in. */
async function alertsAtEnd(episodes: readonly Episode[]): Promise<MessageAlert[][]> {
  const { command } = await findTool('promtool', { toolsDir })
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-episodes-'))
  const alertnames = (['warning', 'error', 'critical'] as const).map((level) => names.alertName(kpi, level))
  // The series that it judges are given.
  const isOfAlerts = /:(?:shown|worst|breached_since|evaluated)$/
  const [{ rules, ...group }] = kpiRules(config, kpi).groups as [
    ReturnType<typeof kpiRules>['groups'][number],
  ]
  const kept = rules.filter((rule) =>
    'record' in rule ? isOfAlerts.test(rule.record) : alertnames.includes(rule.alert),
  )
  const tests = episodes.map((episode) => ({
    name: episode.service,
    interval: `${interval}s`,
    input_series: [
      { series: changeOf(episode).series, values: `30x${evaluations}` },
      ...episode.places.flatMap(({ model, values }) =>
        Object.entries(
          judgedSeries(kpi, episode.service, { model, contextSize: '8192', operation: 'search' }, values),
        ).map(([series, written]) => ({ series, values: written })),
      ),
    ],
    // Nothing is expected, so that promtool prints all that there is.
    alert_rule_test: alertnames.map((alertname) => ({
      alertname,
      eval_time: `${spanOf(episode).last * interval}s`,
      exp_alerts: [{ exp_labels: { nothing: 'like it' } }],
    })),
  }))
  try {
    await writeFile(join(folder, 'rules.json'), JSON.stringify({ groups: [{ ...group, rules: kept }] }))
    await writeFile(
      join(folder, 'test.json'),
      JSON.stringify({ rule_files: ['rules.json'], evaluation_interval: `${interval}s`, tests }),
    )
    const output = await printed(command, folder)
    return episodes.map((episode) => gotAlerts(output, episode))
  } finally {
    await rm(folder, { recursive: true })
  }
}

function printed(command: string, folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      command,
      ['test', 'rules', 'test.json'],
      { cwd: folder, maxBuffer: 512 * 1_024 * 1_024 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    )
  })
}

/** The alerts of a service in what promtool printed. */
function gotAlerts(output: string, episode: Episode): MessageAlert[] {
  const { last } = spanOf(episode)
  const sets = [
    ...output.matchAll(
      /Labels:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}\s*Annotations:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}/g,
    ),
  ]
  const alerts = sets.map(([, labels = '', annotations = '']) => [pairs(labels), pairs(annotations)] as const)
  return alerts
    .filter(([{ job }]) => job === episode.service)
    .map(
      ([labels, annotations], i): MessageAlert => ({
        status: 'resolved',
        labels,
        annotations,
        startsAt: new Date(last * interval * 1_000).toISOString(),
        endsAt: new Date((last + 1) * interval * 1_000).toISOString(),
        fingerprint: String(i),
      }),
    )
}

function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      JSON.parse(`"${value}"`) as string,
    ]),
  )
}
