import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Config, type Kpi, names } from '@mnemoscope/kpi'

/** A service with many places, all alike. It writes its metrics itself, so that they cost little beside what is measured. */
export interface Target {
  readonly address: string
  /** From now on nothing new happens. */
  pause(): void
  stop(): Promise<void>
}

const sizes = [4_096, 8_192, 16_384, 32_768, 65_536, 131_072]
const operations = 10
/** Operations of each place between two scrapes, and a usual value that is healthy by every threshold. */
const operationsAScrape = 5
const usual: Readonly<Record<string, number>> = {
  f1_score: 0.9,
  latency: 2,
  token_usage: 8_000,
  context_utilization: 0.5,
}

/** @param places models with six sizes and ten operations each */
export async function startTarget(config: Config, places: number): Promise<Target> {
  const startedAt = Math.floor(Date.now() / 1_000)
  const lines = Object.values(config.kpis).flatMap((kpi) => linesOf(kpi))
  const labels = Array.from(
    { length: places },
    (_, i) =>
      `model="model ${Math.floor(i / (sizes.length * operations))}",context_size="${sizes[i % sizes.length]}",operation="operation_${Math.floor(i / sizes.length) % operations}"`,
  )
  let scrapes = 0
  let isPaused = false
  const text = () => {
    if (!isPaused) scrapes++
    const values = lines.map(({ perScrape, constant = 0 }) => ` ${constant + perScrape * scrapes}\n`)
    const chunks = [`process_start_time_seconds ${startedAt}\n`]
    for (const [l, { name, own }] of lines.entries()) {
      const end = `${own}}${values[l]}`
      for (const place of labels) chunks.push(`${name}{${place}${end}`)
    }
    return chunks.join('')
  }
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pause: () => {
      isPaused = true
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Line {
  readonly name: string
  readonly own: string
  readonly perScrape: number
  readonly constant?: number
}

function linesOf(kpi: Kpi): Line[] {
  const name = names.metricName(kpi)
  if (kpi.instrument === 'gauge') return [{ name, own: '', perScrape: 0, constant: 1e6 }]
  if (kpi.outcomes !== undefined) {
    const { label, counted, others } = kpi.outcomes
    // Healthy is what is counted where higher is better, and the others where lower is.
    const many = kpi.direction === 'higher_is_better' ? counted : others
    return [...counted, ...others].map((outcome) => ({
      name,
      own: `,${label}="${outcome}"`,
      perScrape: many.includes(outcome) ? operationsAScrape * 20 : 1,
    }))
  }
  const value = usual[kpi.id] ?? 1
  const buckets = [...kpi.boundaries.map(String), '+Inf'].map((le) => ({
    name: `${name}_bucket`,
    own: `,le="${le}"`,
    perScrape: le === '+Inf' || Number(le) >= value ? operationsAScrape : 0,
  }))
  return [
    { name: `${name}_count`, own: '', perScrape: operationsAScrape },
    { name: `${name}_sum`, own: '', perScrape: operationsAScrape * value },
    ...buckets,
  ]
}
