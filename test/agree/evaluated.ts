import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Series, scrapedBefore, scrapeSeconds } from './exposed.js'

/** A group of generated rules. */
export interface Group {
  readonly name: string
  readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[]
}

interface Evaluation {
  /** promtool. */
  readonly command: string
  /** For its files. */
  readonly folder: string
  readonly group: Group
  readonly raw: readonly Series[]
  /** From one evaluation to the next. */
  readonly seconds: number
  readonly minutes: number
  /** The query whose samples are wanted. */
  readonly asked: string
}

/** Evaluates a group of rules at each interval, and gives what a query has then. */
export async function evaluated({
  command,
  folder,
  group,
  raw,
  seconds,
  minutes,
  asked,
}: Evaluation): Promise<Series[]> {
  const times = Array.from({ length: (minutes * 60) / seconds + 1 }, (_, i) => i * seconds)
  const step = scrapeSeconds - 2 * scrapedBefore
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [group] }, { lineWidth: 0 }))
  const test = {
    rule_files: ['rules.yml'],
    evaluation_interval: `${seconds}s`,
    tests: [
      {
        interval: `${step}s`,
        input_series: raw.map((series) => inputOf(series, step)),
        // Nothing is expected, so that promtool prints all that there is.
        promql_expr_test: times.map((at) => ({
          expr: asked,
          eval_time: `${at}s`,
          exp_samples: [],
        })),
      },
    ],
  }
  // JSON is YAML, and faster to read and to write.
  writeFileSync(join(folder, 'test.yml'), JSON.stringify(test))
  return readBack(await run(command, folder))
}

/** A series as promtool reads it: a value at each scrape, `_` between them, and `stale` where a scrape has none. */
function inputOf({ name, labels, samples }: Series, step: number): { series: string; values: string } {
  const values: string[] = []
  let next = 0
  for (const [i, [at, value]] of samples.entries()) {
    const index = Math.round(at / step)
    const before = samples[i - 1]
    // Recorded series come at a slower pace than scrapes.
    if (name.startsWith('mnemoscope_') && before && at - before[0] > scrapeSeconds * 1.5) {
      values.push('stale')
      next += 1
    }
    if (index > next) values.push(`_x${index - next}`)
    values.push(String(value))
    next = index + 1
  }
  return { series: `${name}{${written(labels)}}`, values: values.join(' ') }
}

export function written(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
}

function run(command: string, folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 2 ** 30 }
    execFile(command, ['test', 'rules', 'test.yml'], options, (_, stdout, stderr) => {
      const output = stdout + stderr
      // It fails, because nothing is expected and something is there.
      if (output.includes('got:')) resolve(output)
      else reject(new Error(`promtool cannot run the rules: ${output.slice(0, 2_000)}`))
    })
  })
}

/** What promtool printed: for each evaluation the samples that it got. */
function readBack(output: string): Series[] {
  const found = new Map<
    string,
    { name: string; labels: Record<string, string>; samples: [number, number][] }
  >()
  let at = 0
  for (const line of output.split('\n')) {
    const time = /, time: ([0-9wdhms.]+),/.exec(line)
    if (time !== null) at = secondsOf(time[1] ?? '')
    for (const [, given = '', text = '', value = ''] of line.matchAll(
      /([a-zA-Z_:][\w:]*)?\{([^}]*)\} ([-+.0-9eEInfNa]+)/g,
    )) {
      const key = `${given}{${text}}`
      let series = found.get(key)
      if (series === undefined) {
        const { __name__: name = given, ...labels } = Object.fromEntries(
          [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', each = '']) => [label, each]),
        )
        series = { name, labels, samples: [] }
        found.set(key, series)
      }
      const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)
      if (Number.isFinite(number)) series.samples.push([at, number])
    }
  }
  return [...found.values()].filter(({ samples }) => samples.length > 0)
}

/** Seconds of a time as promtool prints it: `1h2m30s`, `1w2d`. */
function secondsOf(text: string): number {
  const factors = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const
  return [...text.matchAll(/([\d.]+)([wdhms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * factors[unit as keyof typeof factors],
    0,
  )
}
