import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { findGrafana } from '@mnemoscope/servers'
import type { Browser } from 'playwright-core'
import {
  alertmanager,
  postgres as postgresSource,
  prometheus as prometheusSource,
} from '../../packages/generate/src/grafana/provisioning.js'
import { findChromium, launchChromium } from '../harness/chromium.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { type RunningGrafana, startSeededGrafana } from './grafana.js'
import { all, look } from './look.js'
import { startSeededPostgres } from './seed/postgres.js'
import { startSeededPrometheus } from './seed/prometheus.js'

const program = findGrafana()
if ('missing' in program) process.stderr.write(`skipped: dashboards in Grafana itself. ${program.missing}\n`)
const describeWithGrafana = 'missing' in program ? describe.skip : describe

describeWithGrafana('Grafana itself', () => {
  const folder = temporaryFolder('grafana')
  const stops: (() => unknown)[] = [folder.remove]
  let grafana: RunningGrafana
  let browser: Browser | undefined

  beforeAll(async () => {
    if ('missing' in program) return
    const prometheus = await startSeededPrometheus()
    stops.push(prometheus.stop)
    const postgres = await startSeededPostgres()
    stops.push(postgres.stop)
    grafana = await startSeededGrafana(program, folder.path, { prometheus, postgres })
    stops.push(grafana.stop)
    const chromium = await findChromium()
    if ('missing' in chromium) throw new Error(chromium.missing)
    browser = await launchChromium(chromium)
    stops.push(() => browser?.close())
  }, 300_000)

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop()
  }, 60_000)

  test('has every data source, and reaches those that run', async () => {
    const sources = (await grafana.get('/api/datasources')) as { uid: string }[]
    const uids = [prometheusSource, postgresSource, alertmanager].map(({ uid }) => uid)
    expect(sources.map(({ uid }) => uid).sort()).toEqual([...uids].sort())
    for (const { uid } of [prometheusSource, postgresSource]) {
      expect(await grafana.get(`/api/datasources/uid/${uid}/health`)).toMatchObject({ status: 'OK' })
    }
  })

  test('has every dashboard', async () => {
    const found = (await grafana.get('/api/search?type=dash-db')) as { uid: string }[]
    expect(found.map(({ uid }) => uid).sort()).toEqual([...all.values()].map(({ uid }) => uid).sort())
  })

  test.each([...all])(
    'shows every panel without an error: %s',
    async (_, { uid }) => {
      const page = await (browser as Browser).newPage({ viewport: { width: 1_600, height: 6_000 } })
      const failed: string[] = []
      page.on('response', async (response) => {
        if (!response.url().includes('/api/ds/query')) return
        if (!response.ok()) failed.push(`${response.status()} ${await response.text()}`)
      })
      const { from, to } = look()
      await page.goto(`${grafana.url}/d/${uid}?kiosk&from=${from.getTime()}&to=${to.getTime()}&refresh=`)
      await page.waitForLoadState('networkidle')
      expect(await page.locator('[data-testid^="data-testid Panel header"]').count()).toBeGreaterThan(0)
      expect(await page.locator('[data-testid="data-testid Panel status error"]').count()).toBe(0)
      expect(failed).toEqual([])
      await page.close()
    },
    60_000,
  )
})
