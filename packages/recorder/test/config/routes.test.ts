import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Config, type ConfigInput, configHash, defineConfig, MnemoscopeError } from '@mnemoscope/kpi'
import { type ConfigSource, differencesBetween } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

/** A source that applies every valid patch at once. */
function patchable(): ConfigSource {
  let config: Config = defineConfig()
  const listeners = new Set<Parameters<ConfigSource['onChange']>[0]>()
  return {
    current: () => config,
    patch: () => ({}),
    problem: () => undefined,
    onProblem: () => () => undefined,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async apply({ by, patch }) {
      const before = config
      const after = defineConfig(patch as ConfigInput)
      if (after.kpis.f1_score.operations === 13) {
        throw new MnemoscopeError('CHANGE_ROLLED_BACK', 'no luck', { next: 'Try another number.' })
      }
      config = after
      const differences = differencesBetween(before, after)
      if (differences.length === 0) return undefined
      const [sha256, previousSha256] = [configHash(after), configHash(before)]
      const change = {
        at: new Date(),
        by,
        source: 'api',
        config,
        differences,
        sha256,
        previousSha256,
      } as const
      for (const listener of listeners) listener(change)
      return change
    },
  }
}

const operations = (value: unknown) => ({ kpis: { f1_score: { operations: value } } })

describe('the configuration over HTTP', () => {
  let recorder: TestRecorder
  const source = patchable()

  beforeAll(async () => {
    recorder = await startTestRecorder({ config: source.current(), configSource: source })
  }, 60_000)
  afterAll(() => recorder?.stop(), 60_000)

  test('begins its history with the configuration of the start', async () => {
    const [first] = await changes(1)
    expect(first).toMatchObject({
      source: 'start',
      sha256: configHash(defineConfig()),
      previous_sha256: null,
    })
    expect(first).toMatchObject({ differences: [] })
  })

  test('is changed by a patch, answered with the configuration in use and stored with who changed it', async () => {
    const { status, body } = await put({ by: 'ann', patch: operations(7) })
    expect(status).toBe(200)
    const differences = [{ path: 'kpis.f1_score.operations', before: 20, after: 7 }]
    expect(body).toMatchObject({
      hash: configHash(source.current()),
      differences,
      writable: true,
      problem: null,
    })
    const [newest] = await changes(2)
    expect(newest).toMatchObject({ by: 'ann', source: 'api', differences, sha256: body.hash })
    expect(newest?.previous_sha256).toBe(configHash(defineConfig()))
  })

  test('stays where nothing differs, without another row', async () => {
    expect(await put({ patch: operations(7) })).toMatchObject({
      status: 200,
      body: { differences: [] },
    })
    expect(await changes(2)).toHaveLength(2)
  })

  test.each([
    ['an invalid setting', { patch: operations('x') }, 422, 'CONFIG_INVALID'],
    ['a setting that did not run', { patch: operations(13) }, 502, 'CHANGE_ROLLED_BACK'],
    ['an unknown key of the request', { patches: {} }, 400, 'REQUEST_INVALID'],
    ['a patch that is no object', { patch: [1] }, 400, 'REQUEST_INVALID'],
  ])('refuses %s and changes nothing', async (_, body, status, code) => {
    expect(await put(body)).toMatchObject({ status, body: { error: { code } } })
    expect(source.current().kpis.f1_score.operations).toBe(7)
  })

  test.each<[string, object, string]>([
    [
      'a receiver that would send a file of this machine away',
      {
        alerting: {
          receivers: {
            x: { webhook: { url: 'http://127.0.0.1:1/', tokenFile: '/canary/postgres-password' } },
          },
        },
      },
      'alerting.receivers',
    ],
    ['a handler that would append to any file', { handlers: { f: { file: '/canary/profile' } } }, 'handlers'],
    ['a service that would be scraped', { services: [{ name: 'x', targets: ['canary:80'] }] }, 'services'],
    ['another Prometheus', { endpoints: { prometheus: 'http://canary/' } }, 'endpoints'],
    ['a shorter history', { dataRetentionDays: 1 }, 'dataRetentionDays'],
  ])('refuses %s, without showing the value, and changes nothing', async (_, patch, path) => {
    const before = configHash(source.current())
    const answer = await put({ patch: { ...patch, ...operations(8) } })
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'PATCH_REFUSED', value: path } } })
    expect(JSON.stringify(answer.body)).not.toContain('canary')
    expect(configHash(source.current())).toBe(before)
  })

  test('refuses a patch of too many overrides before it is validated', async () => {
    const override = (i: number) => ({ model: `m${i}`, thresholds: { warning: 0.7 } })
    const overrides = Array.from({ length: 200 }, (_, i) => override(i))
    expect(await put({ patch: { kpis: { f1_score: { overrides } } } })).toMatchObject({
      status: 422,
      body: { error: { code: 'PATCH_REFUSED' } },
    })
    const many = Array.from({ length: 3_000 }, (_, i) => override(i))
    expect(await put({ patch: { kpis: { f1_score: { overrides: many } } } })).toMatchObject({
      status: 413,
      body: { error: { code: 'REQUEST_TOO_LARGE' } },
    })
  })

  test.each([
    ['{"__proto__": {"alertCheckInterval": "10s"}}'],
    ['{"kpis": {"__proto__": {"thresholds": {"warning": 0.7}}}}'],
    ['{"constructor": {}}'],
    ['[]'],
  ])('refuses the patch %s', async (patch) => {
    const headers = { 'content-type': 'application/json' }
    const body = `{"patch": ${patch}}`
    const { status } = await fetch(`${recorder.url}/api/config`, { method: 'PUT', headers, body })
    expect([400, 422]).toContain(status)
  })

  test('refuses a patch that is nested too deeply, and goes on to answer', async () => {
    const deep = `{"patch": ${'{"kpis":'.repeat(3_000)}1${'}'.repeat(3_000)}}`
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${recorder.url}/api/config`, { method: 'PUT', headers, body: deep })
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 422,
      body: { error: { code: 'PATCH_REFUSED' } },
    })
  })

  test('refuses a request for the name of another site', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', host: 'example.com' }
      const call = request(`${recorder.url}/api/config`, { method: 'PUT', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      call.once('error', reject)
      call.end('{}')
    })
    expect(status).toBe(403)
  })

  test('names the services that have to be started again for other thresholds: those that do not follow', async () => {
    const warning = (value: number) => ({ patch: { kpis: { f1_score: { thresholds: { warning: value } } } } })
    const behind = async (value: number) => {
      const { body } = await put(warning(value))
      return body.restarts?.find(({ part }) => part === 'services_without_recorder')
    }
    await fetch(`${recorder.url}/api/instrumentation-config?service=memory-api`)
    // All that are known follow.
    expect(await behind(0.82)).toBeUndefined()
    // The partition of the day is made soon after the start.
    await eventually('a snapshot of another service', () =>
      recorder.pool
        .query(
          `WITH made AS (INSERT INTO series (service, model, context_size) VALUES ('nightly', 'm', '8192') RETURNING id)
           INSERT INTO snapshots (at, series_id, kpi) SELECT date_trunc('minute', now()), id, 'f1_score' FROM made`,
        )
        .then(
          () => true,
          () => false,
        ),
    )
    const named = {
      services: ['nightly'],
      paths: expect.arrayContaining(['kpis.f1_score.thresholds.warning']),
    }
    expect(await behind(0.83)).toMatchObject(named)
    const [newest] = await eventually('the row', async () => {
      const { changes: all } = await getJson(`${recorder.url}/api/config/changes`)
      return JSON.stringify(all[0]).includes('0.83') && all
    })
    expect(newest?.restarts).toContainEqual(
      expect.objectContaining({ part: 'services_without_recorder', ...named }),
    )
  })

  test('answers running SDKs with what they follow, and with 304 while it stays the same', async () => {
    const ask = (tag?: string) =>
      fetch(`${recorder.url}/api/instrumentation-config?service=memory-api`, {
        headers: tag === undefined ? {} : { 'if-none-match': tag },
      })
    const first = await ask()
    expect(await first.json()).toMatchObject({
      integrations: { benchmark: true, overflow: true, adaptation: true },
      kpis: {
        f1_score: { thresholds: { warning: 0.83, error: 0.75, critical: 0.7 }, overrides: [] },
        memory_usage: { thresholds: {} },
      },
    })
    const tag = first.headers.get('etag') ?? ''
    expect((await ask(tag)).status).toBe(304)
    const overrides = [{ model: 'm', contextSize: 8_192, expiry: '5m', thresholds: { warning: 0.9 } }]
    await put({ patch: { integrations: { benchmark: false }, kpis: { f1_score: { overrides } } } })
    const changed = await ask(tag)
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({
      integrations: { benchmark: false, overflow: true },
      kpis: {
        f1_score: { overrides: [{ model: 'm', context_size: '8192', thresholds: { warning: 0.9 } }] },
      },
    })
  })

  test('can not be changed through a recorder that only follows it', async () => {
    const { current } = source
    const follower = await recorder.startAnother({ config: current() })
    expect(await put({ patch: {} }, follower.url)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFIG_READ_ONLY' } },
    })
    expect((await getJson(`${follower.url}/api/config`)).hash).toBe(configHash(current()))
    await follower.stop()
  })

  test('that is another at the next start is stored as such, with what differs', async () => {
    const config = defineConfig({ dataRetentionDays: 5 })
    const later = await recorder.startAnother({ config })
    const [newest] = await changes(6)
    expect(newest).toMatchObject({ by: 'start', source: 'start', sha256: configHash(config) })
    expect(newest?.differences).toContainEqual({ path: 'integrations.benchmark', before: false, after: true })
    await later.stop()
  })

  interface Change {
    readonly sha256: string
    readonly previous_sha256: string
    readonly differences: object[]
    readonly restarts: object[]
  }

  interface Answer {
    readonly hash?: string
    readonly restarts?: readonly { readonly part: string; readonly services?: readonly string[] | null }[]
  }

  /** The stored changes, newest first, once there are at least so many. */
  function changes(least: number): Promise<Change[]> {
    return eventually(`${least} changes`, async () => {
      const { changes: all } = await getJson(`${recorder.url}/api/config/changes`)
      return all.length >= least && all
    })
  }

  async function put(body: object, url = recorder.url) {
    const response = await fetch(`${url}/api/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }

  async function getJson(url: string) {
    return (await (await fetch(url)).json()) as { hash: string; changes: Change[] }
  }
})
