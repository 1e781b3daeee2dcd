import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findTools, loginHeaders } from '@mnemoscope/servers'
import pg from 'pg'
import { eventually } from '../harness/eventually.js'
import { repository, toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { gains } from '../security/attack.js'
import { lifecycleAttacks, serverAttacks } from '../security/attacks/servers.js'
import {
  type Ground,
  makeSecrets,
  prepareGround,
  startAsComposed,
  startPostgresAsComposed,
} from './containers.js'

const folder = temporaryFolder('compose')
const stops: (() => Promise<unknown>)[] = []
const mnemoscope = [process.execPath, join(repository, 'packages/cli/bin/mnemoscope.js')] as const
let ground: Ground
let endRecorder: () => Promise<unknown>
let endPrometheus: () => Promise<unknown>
let endDemo: () => Promise<unknown>

beforeAll(async () => {
  ground = await prepareGround(folder.path)
  await makeSecrets(ground)
  const by = await startPostgresAsComposed(ground, stops)
  if (!by.startsWith('deploy/'))
    console.warn(`skipped deploy/postgres/passwords.sh: passwords were set by ${by}`)
  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  endPrometheus = await startAsComposed(ground, 'prometheus', [tools.prometheus.command], stops)
  await startAsComposed(ground, 'alertmanager', [tools.alertmanager.command], stops)
  endRecorder = await startAsComposed(ground, 'recorder', mnemoscope, stops)
  endDemo = await startAsComposed(ground, 'demo', mnemoscope, stops)
}, 240_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  folder.remove()
}, 120_000)

/** A request to Prometheus or Alertmanager, with their password. */
function askServer(
  name: 'prometheus' | 'alertmanager',
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const login = loginHeaders({ username: 'mnemoscope', password: secret('prometheus/servers-password') })
  const headers = { ...init.headers, ...login }
  return fetch(`http://127.0.0.1:${ground.port[name]}${path}`, { ...init, headers })
}

function secret(path: string): string {
  return readFileSync(join(folder.path, 'run/secrets', path), 'utf8').trim()
}

describe('The command lines of the containers', () => {
  // What follows needs neither of them, and both compute all the time.
  afterAll(async () => {
    await Promise.all([endDemo(), endPrometheus()])
  })

  test('start every part on the real programs, and Prometheus scrapes them all by the names in its file', async () => {
    const expected = ['demo', 'mnemoscope-alertmanager', 'mnemoscope-prometheus', 'mnemoscope-recorder']
    const up = await eventually(
      'all targets up',
      async () => {
        const response = await askServer('prometheus', '/api/v1/query?query=up==1')
        const { data } = (await response.json()) as { data: { result: { metric: { job: string } }[] } }
        const jobs = data.result.map(({ metric }) => metric.job).sort()
        return jobs.length >= expected.length && jobs
      },
      { withinMs: 60_000 },
    )
    expect(up).toEqual(expected)
  }, 90_000)

  test('refuse requests to Prometheus and Alertmanager without their password', async () => {
    const target = {
      prometheus: `http://127.0.0.1:${ground.port.prometheus}`,
      alertmanager: `http://127.0.0.1:${ground.port.alertmanager}`,
    }
    expect(await gains([...serverAttacks, ...lifecycleAttacks], target)).toEqual({})
    for (const verb of ['quit', 'reload']) {
      expect((await askServer('prometheus', `/-/${verb}`, { method: 'POST' })).status).toBe(403)
    }
  })

  test('load every rule file that is mounted', async () => {
    const response = await askServer('prometheus', '/api/v1/rules')
    const { data } = (await response.json()) as { data: { groups: { file: string }[] } }
    const files = new Set(data.groups.map(({ file }) => file.split('/').at(-1)))
    expect([...files].sort()).toEqual(readdirSync(join(repository, 'prometheus/rules')).sort())
  })

  test('let the recorder in with the password from its file, and Grafana’s role read what it made', async () => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: ground.port.postgres,
      database: 'mnemoscope',
      user: 'mnemoscope_reader',
      password: secret('grafana/reader'),
    })
    await client.connect()
    try {
      const { rows } = await client.query(
        "SELECT tableowner FROM pg_tables WHERE tablename IN ('snapshots', 'alert_episodes')",
      )
      expect(rows).toEqual([{ tableowner: 'mnemoscope_recorder' }, { tableowner: 'mnemoscope_recorder' }])
      await client.query('SELECT count(*) FROM snapshots')
    } finally {
      await client.end()
    }
  })
})

describe('The recorder’s token', () => {
  test('is asked of nobody where none is set', async () => {
    await tellAlertmanager('without-token')
    await eventually('the episode', () => episodeOf('without-token'))
    expect((await notify('')).status).toBe(400)
  }, 60_000)

  test('is asked of everybody where one is set, and Alertmanager sends it', async () => {
    await makeSecrets(ground, 'a "token" #1')
    await endRecorder()
    endRecorder = await startAsComposed(ground, 'recorder', mnemoscope, stops)
    expect((await notify('')).status).toBe(401)
    expect((await notify('a "token" #1')).status).toBe(400)
    await tellAlertmanager('with-token')
    await eventually('the episode', () => episodeOf('with-token'))
  }, 90_000)

  test('is gone where it is no longer set', async () => {
    await makeSecrets(ground)
    await endRecorder()
    await startAsComposed(ground, 'recorder', mnemoscope, stops)
    expect((await notify('')).status).toBe(400)
  }, 60_000)

  /** A malformed notification: a recorder that lets it in refuses it with 400. */
  const notify = (token: string) =>
    fetch(`http://127.0.0.1:${ground.port.recorder}/api/webhook/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{}',
    })

  /** An alert that Prometheus knows nothing of: the recorder can learn of it from Alertmanager alone. */
  async function tellAlertmanager(model: string): Promise<void> {
    const labels = { alertname: 'MnemoscopeLatencyWarning', severity: 'warning', kpi: 'latency', model }
    const { status } = await askServer('alertmanager', '/api/v2/alerts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: { ...labels, job: 'demo', context_size: '8192' } }]),
    })
    expect(status).toBe(200)
  }

  async function episodeOf(model: string): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${ground.port.recorder}/api/episodes?model=${model}`, {
      // Counts for nothing while the recorder has no token.
      headers: { authorization: 'Bearer a "token" #1' },
    })
    return ((await response.json()) as { episodes: unknown[] }).episodes.length > 0
  }
})
