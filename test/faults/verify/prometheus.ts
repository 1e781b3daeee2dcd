interface Series {
  readonly labels: Readonly<Record<string, string>>
}

/** Samples that Prometheus has of a selector over a time, whatever its length, by series. Times are Unix ms. */
export async function rawSamples(
  url: string,
  selector: string,
  from: number,
  to: number,
): Promise<(Series & { times: number[] })[]> {
  const series = new Map<string, Series & { times: Set<number> }>()
  const chunk = 300_000
  for (let start = from; start < to; start += chunk) {
    const end = Math.min(start + chunk, to)
    for (const { metric, values } of await ask(url, 'query', {
      query: `${selector}[${Math.ceil(end - start)}ms]`,
      time: String(end / 1_000),
    })) {
      const key = JSON.stringify(Object.entries(metric).sort())
      const known = series.get(key) ?? { labels: metric, times: new Set<number>() }
      for (const [at] of values) known.times.add(Math.round(at * 1_000))
      series.set(key, known)
    }
  }
  return [...series.values()].map(({ labels, times }) => ({
    labels,
    times: [...times].sort((a, b) => a - b),
  }))
}

/** Values of a query at each instant from one to another, by series. Times are Unix ms. */
export async function valuesAtInstants(
  url: string,
  query: string,
  from: number,
  to: number,
  stepSeconds: number,
): Promise<(Series & { samples: { at: number; value: number }[] })[]> {
  const found: Answered[] = []
  const chunk = stepSeconds * 1_000 * 200
  for (let start = from; start <= to; start += chunk) {
    const end = Math.min(start + chunk - stepSeconds * 1_000, to)
    found.push(
      ...(await ask(url, 'query_range', {
        query,
        start: String(start / 1_000),
        end: String(end / 1_000),
        step: String(stepSeconds),
      })),
    )
  }
  return found.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([at, value]) => ({ at: Math.round(at * 1_000), value: Number(value) })),
  }))
}

/** A series as Prometheus' API answers it: instants in seconds, values as text. */
interface Answered {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, string])[]
}

async function ask(url: string, path: string, parameters: Record<string, string>): Promise<Answered[]> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    signal: AbortSignal.timeout(60_000),
  })
  const { status, data, error } = (await response.json()) as {
    status: string
    error?: string
    data: { result: Answered[] }
  }
  if (status !== 'success') throw new Error(`Prometheus: ${error}`)
  return data.result
}
