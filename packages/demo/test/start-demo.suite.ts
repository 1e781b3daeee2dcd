import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { models } from '../src/models.js'
import { type Demo, startDemo } from '../src/start-demo.js'

// Whole rounds of questions are asked; on a busy machine that takes a while.
jest.setTimeout(60_000)

let demo: Demo
const failures: unknown[] = []

beforeAll(async () => {
  demo = await startDemo({ port: 0, rate: 80, onFailure: (error) => failures.push(error) })
})
afterAll(async () => {
  await demo?.stop()
  expect(failures).toEqual([])
})

const scrape = async () => (await fetch(demo.url)).text()

/** The sum of all samples of a metric whose labels hold each of these. */
function sumOf(text: string, metric: string, ...labels: string[]): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

/** Scrapes until the condition holds; jest's own limit ends it otherwise. */
async function scrapeUntil(condition: (text: string) => boolean): Promise<string> {
  for (;;) {
    const text = await scrape()
    if (condition(text)) return text
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Mean F1 of the next so many answers. */
async function meanF1OfNext(count: number): Promise<number> {
  const before = await scrape()
  const counted = (text: string) => sumOf(text, 'mnemoscope_f1_score_count')
  const summed = (text: string) => sumOf(text, 'mnemoscope_f1_score_sum')
  const after = await scrapeUntil((text) => counted(text) >= counted(before) + count)
  return (summed(after) - summed(before)) / (counted(after) - counted(before))
}

async function fault(method: string, body?: string) {
  const response = await fetch(new URL('/fault', demo.url), { method, ...(body !== undefined && { body }) })
  return { status: response.status, body: await response.json() }
}

describe('a running demo', () => {
  test.each(models)('measures all seven KPIs of $id', async ({ id, window }) => {
    const place = [`model="${id}"`, `context_size="${window}"`]
    const text = await scrapeUntil(
      (text) =>
        sumOf(text, 'mnemoscope_overflow_checks_total', ...place, 'strategy="sliding_window"') > 0 &&
        sumOf(text, 'mnemoscope_adaptations_total', ...place, 'outcome="success"') > 0,
    )
    for (const metric of [
      'mnemoscope_f1_score_sum',
      'mnemoscope_latency_seconds_sum',
      'mnemoscope_token_usage_sum',
      'mnemoscope_memory_usage_bytes',
      'mnemoscope_context_utilization_sum',
    ])
      expect(sumOf(text, metric, ...place)).toBeGreaterThan(0)
    expect(sumOf(text, 'mnemoscope_refused_measurements_total')).toBe(0)
  })

  test('is broken and repaired over HTTP while it runs', async () => {
    expect(await meanF1OfNext(150)).toBeGreaterThan(0.8)
    expect(await fault('PUT', '{"fault":"recall"}')).toMatchObject({ status: 200, body: { fault: 'recall' } })
    expect(demo.fault).toBe('recall')
    expect(await meanF1OfNext(150)).toBeLessThan(0.6)
    expect(await fault('DELETE')).toMatchObject({ status: 200, body: { fault: null } })
    expect(demo.fault).toBeUndefined()
    expect(await meanF1OfNext(150)).toBeGreaterThan(0.8)
  })

  test.each<[string, Record<string, string>]>([
    ['for a name of another site that leads here', { host: 'rebound.example' }],
    ['of a web page', { origin: 'http://127.0.0.1:3000' }],
  ])('does not break by a request %s', async (_, headers) => {
    const status = await new Promise((resolve, reject) => {
      const call = request(new URL('/fault', demo.url), { method: 'PUT', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      call.once('error', reject)
      call.end('{"fault":"recall"}')
    })
    expect(status).toBe(403)
    expect(demo.fault).toBeUndefined()
  })

  test('returns its fault and all that there are', async () => {
    expect(await fault('GET')).toEqual({
      status: 200,
      body: { fault: null, faults: ['recall', 'latency', 'tokens', 'overflow'] },
    })
  })

  test.each([
    ['an unknown fault', 'PUT', '{"fault":"gravity"}', 400, { value: 'gravity' }],
    ['no JSON', 'PUT', 'recall', 400, { value: 'recall' }],
    ['no fault in the JSON', 'PUT', 'null', 400, { value: 'null' }],
    ['a body that is too long', 'PUT', 'x'.repeat(2_000), 413, { code: 'REQUEST_TOO_LARGE' }],
    ['another method', 'POST', '{"fault":"recall"}', 405, { value: 'POST' }],
  ])('refuses %s and stays as it is', async (_, method, body, status, error) => {
    expect(await fault(method, body)).toMatchObject({ status, body: { error } })
    expect(demo.fault).toBeUndefined()
  })

  test('has nothing at other addresses', async () => {
    for (const path of ['/', '/faults', '//'])
      expect((await fetch(new URL(demo.url).origin + path)).status).toBe(404)
  })

  test('a second demo on the same port is an error', async () => {
    const port = Number(new URL(demo.url).port)
    await expect(startDemo({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', value: port })
  })
})

test.each([0, -1, 1_001, Number.NaN])('a rate of %p is refused', async (rate) => {
  await expect(startDemo({ port: 0, rate })).rejects.toMatchObject({ code: 'USAGE' })
})

test('stopping does not wait for a store that is slow', async () => {
  const slow = await startDemo({ port: 0, rate: 100, fault: 'latency' })
  await slow.stop()
  await expect(fetch(slow.url)).rejects.toThrow()
})
