import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findTools } from '@mnemoscope/servers'
import { toolsDir } from '../harness/repository.js'
import { progress } from './figures.js'
import { bucketSeries, bucketsIn, recordedSeries } from './recorded-series.js'

/** Samples of one series stand this far apart: nearer than Prometheus looks back, so each instant has one. */
const sampleSeconds = 240
const scrapeSeconds = 15
/** One block of Prometheus; promtool reads its whole input for each, so each has a separate input. */
const blockSeconds = 7_200

/**
 * Makes recorded series as blocks that Prometheus reads: all of a snapshot, for each pair of model and context size.
 * @param day `from` and `until` are Unix seconds
 */
export async function makeBlocks(day: {
  folder: string
  dataDir: string
  pairs: number
  from: number
  until: number
}): Promise<void> {
  const { folder, dataDir, pairs, from, until } = day
  const { promtool } = await findTools(['promtool'], { toolsDir })
  const file = join(folder, 'block.txt')
  const first = Math.floor(from / blockSeconds)
  const last = Math.floor(until / blockSeconds)
  for (let block = first; block <= last; block++) {
    const end = Math.min(until, (block + 1) * blockSeconds - 1)
    await writeSamples(file, pairs, Math.max(from, block * blockSeconds), end)
    await promisify(execFile)(
      promtool.command,
      ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataDir],
      { maxBuffer: 2 ** 28 },
    )
    progress(`  ${last - block} blocks left`)
  }
  rmSync(file)
}

async function writeSamples(file: string, pairs: number, from: number, until: number): Promise<void> {
  const out = createWriteStream(file)
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain')
  }
  const every = (seconds: number) => {
    const first = Math.ceil(from / seconds) * seconds
    return Array.from({ length: Math.floor((until - first) / seconds) + 1 }, (_, i) => first + i * seconds)
  }
  const times = every(sampleSeconds)
  for (const [number, name] of recordedSeries.entries()) {
    await write(`# TYPE ${name} gauge\n`)
    for (let pair = 0; pair < pairs; pair++) {
      const series = `${name}{${labelsOf(pair)}}`
      // All digits that measured values have.
      await write(
        times.map((at) => `${series} ${1 / Math.sqrt(2 + pair + number + (at % 9_973))} ${at}\n`).join(''),
      )
    }
  }
  for (const { name, boundaries } of bucketSeries.values()) {
    await write(`# TYPE ${name} gauge\n`)
    const counts = new Map(bucketsIn(boundaries))
    for (let pair = 0; pair < pairs; pair++) {
      let reached = 0
      for (const upper of boundaries) {
        reached += counts.get(upper) ?? 0
        const le = upper === Number.POSITIVE_INFINITY ? '+Inf' : upper
        await write(times.map((at) => `${name}{${labelsOf(pair)},le="${le}"} ${reached} ${at}\n`).join(''))
      }
    }
  }
  await write('# TYPE up gauge\n')
  await write(
    every(scrapeSeconds)
      .map((at) => `up{job="memory",instance="a"} 1 ${at}\n`)
      .join(''),
  )
  out.end('# EOF\n')
  await once(out, 'finish')
}

function labelsOf(pair: number): string {
  return `job="memory",model="model-${pair >> 1}",context_size="${pair % 2 ? 8192 : 32768}"`
}
