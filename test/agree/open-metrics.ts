import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { written } from './evaluated.js'
import type { Series } from './exposed.js'

/** Writes samples for `promtool tsdb create-blocks-from openmetrics`. @param start Unix seconds at which their times begin */
export async function writeOpenMetrics(file: string, all: readonly Series[], start: number): Promise<void> {
  const out = createWriteStream(file)
  for (const { name, labels, samples } of all) {
    const series = `${name}{${written(labels)}}`
    const text = samples
      .map(([at, value]) => `${series} ${sampleOf(name, value, start)} ${start + at}\n`)
      .join('')
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end('# EOF\n')
  await once(out, 'finish')
}

/** Series whose value is a time: Unix seconds, where the traffic has seconds since it began. */
const ofTime = /:(?:last_operation|breached_since)$|^process_start_time_seconds$/

function sampleOf(name: string, value: number, start: number): number {
  return ofTime.test(name) ? start + value : value
}
