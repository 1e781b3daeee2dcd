import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findTools } from '@mnemoscope/servers'
import { kpis } from '../../packages/recorder/bench/history.mjs'

/** A day's samples of one series stand this far apart: nearer than Prometheus looks back, so each instant has one. */
const sampleSeconds = 240
const scrapeSeconds = 15

/**
 * Makes a day of recorded series as blocks that Prometheus reads: for each pair of model and context size, the value
 * of every KPI.
 * @param {{ folder: string, dataDir: string, pairs: number, from: number, until: number }} day Unix seconds
 */
export async function makeBlocks({ folder, dataDir, pairs, from, until, toolsDir }) {
  const { promtool } = await findTools(['promtool'], { toolsDir })
  const file = join(folder, 'history.txt')
  const out = createWriteStream(file)
  const write = async (text) => {
    if (!out.write(text)) await once(out, 'drain')
  }
  for (const kpi of kpis) {
    const name = `job_model_context_size:mnemoscope_${kpi}:current`
    await write(`# TYPE ${name} gauge\n`)
    for (let pair = 0; pair < pairs; pair++) {
      const series = `${name}{job="memory",model="model-${pair >> 1}",context_size="${pair % 2 ? 8192 : 32768}"}`
      let text = ''
      for (let at = from; at <= until; at += sampleSeconds) text += `${series} 0.${(at + pair) % 997} ${at}\n`
      await write(text)
    }
  }
  await write('# TYPE up gauge\n')
  for (let at = from; at <= until; at += scrapeSeconds) await write(`up{job="memory",instance="a"} 1 ${at}\n`)
  out.end('# EOF\n')
  await once(out, 'finish')
  await promisify(execFile)(promtool.command, ['tsdb', 'create-blocks-from', 'openmetrics', file, dataDir], {
    maxBuffer: 2 ** 28,
  })
  rmSync(file)
}
