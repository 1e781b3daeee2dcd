import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findTools, startPrometheus } from '@mnemoscope/servers'
import { repository, toolsDir } from '../../harness/repository.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { storyAsOpenMetrics } from './open-metrics.js'

/** One series of an answer, with its samples as Unix seconds and values. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [number, number])[]
}

/** A real Prometheus that holds the story. */
export interface SeededPrometheus {
  readonly url: string
  query(expr: string, at: Date): Promise<Series[]>
  queryRange(expr: string, from: Date, to: Date, step: number): Promise<Series[]>
  /** Values of a label that series selected by an expression have. */
  labelValues(label: string, series: string, from: Date, to: Date): Promise<string[]>
  stop(): Promise<void>
}

/**
 * Starts Prometheus on a data directory that promtool made.
 * @param text samples with their times in the OpenMetrics format; default the story
 */
export async function startSeededPrometheus(text = storyAsOpenMetrics()): Promise<SeededPrometheus> {
  const folder = temporaryFolder('dashboards')
  const dataDir = join(folder.path, 'data')
  const tools = await findTools(['prometheus', 'promtool'], { toolsDir })
  const story = join(folder.path, 'story.om')
  writeFileSync(story, text)
  await promisify(execFile)(
    tools.promtool.command,
    ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', story, dataDir],
    {
      cwd: repository,
    },
  )
  const configFile = join(folder.path, 'prometheus.yml')
  writeFileSync(configFile, 'scrape_configs: []\n')
  const server = await startPrometheus({
    command: tools.prometheus.command,
    configFile,
    stateDir: folder.path,
    dataDir,
    port: 0,
  })
  const ask = async (path: string, parameters: Record<string, string>): Promise<unknown> => {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    })
    const answer = (await response.json()) as { status: string; error?: string; data: unknown }
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${JSON.stringify(parameters)}`)
    return answer.data
  }
  const seconds = (at: Date) => String(at.getTime() / 1_000)
  return {
    url: server.url,
    query: async (query, at) => seriesOf(await ask('query', { query, time: seconds(at) })),
    queryRange: async (query, from, to, step) =>
      seriesOf(
        await ask('query_range', { query, start: seconds(from), end: seconds(to), step: String(step) }),
      ),
    labelValues: async (label, series, from, to) => {
      const parameters = new URLSearchParams({ 'match[]': series, start: seconds(from), end: seconds(to) })
      const response = await fetch(`${server.url}/api/v1/label/${label}/values?${parameters}`)
      const answer = (await response.json()) as { data?: string[]; error?: string }
      if (answer.data === undefined) throw new Error(`${answer.error}: ${series}`)
      return answer.data
    },
    stop: async () => {
      await server.stop()
      folder.remove()
    },
  }
}

interface Answer {
  readonly resultType: 'vector' | 'matrix' | 'scalar'
  readonly result: readonly {
    readonly metric: Record<string, string>
    readonly value?: [number, string]
    readonly values?: [number, string][]
  }[]
}

function seriesOf(answer: unknown): Series[] {
  return (answer as Answer).result.map(({ metric, value, values }) => ({
    labels: metric,
    samples: (values ?? (value === undefined ? [] : [value])).map(([at, text]) => [at, Number(text)]),
  }))
}
