import { expect, test } from '@jest/globals'
import type { DashboardData } from '@mnemoscope/recorder'
import type { BrowserContextOptions } from 'playwright-core'
import { keepScreenshot, seriousViolations } from './browser.js'
import { isWiderThanScreen, type SeededPage, statusOf } from './seeded-page.js'
import { numbersInSql, numbersOnPage } from './shown-numbers.js'

/** What the page does over two hours of stored history, wherever it is reached. */
export function seededTests(seeded: SeededPage): void {
  test('every number agrees with one SQL query for it', () =>
    seeded.withPage('/', {}, async (page) => {
      const shown = await numbersOnPage(page)
      expect(shown).toEqual(await numbersInSql(seeded.recorder, seeded.newest))
      expect(Object.keys(shown.status)).toHaveLength(4 * 7)
    }))

  // Among the first: what was stored is the newest for some three minutes.
  test('time window and model are in the address, and back leads back', () =>
    seeded.withPage('/', {}, async (page) => {
      await page.locator('#windows a', { hasText: '1 h' }).click()
      await page.locator('#filter-model').selectOption('model-0002')
      await page.waitForURL(/\?hours=1&model=model-0002$/)
      await page.locator('#legend li').nth(1).waitFor({ state: 'detached' })
      expect(await page.locator('#newest tbody tr').count()).toBe(1)
      await page.reload()
      await page.locator('html[data-shown]').waitFor({ state: 'attached' })
      await page.locator('#windows a[aria-current]', { hasText: '1 h' }).waitFor()
      expect(await page.locator('#filter-model').inputValue()).toBe('model-0002')
      await page.goBack()
      await page.locator('#newest tbody tr >> nth=3').waitFor()
    }))

  test('a value near its threshold is shown on its own side of it', async () => {
    const set = async (value: number) =>
      seeded.recorder.query(
        `UPDATE snapshots SET value = $1 FROM series
         WHERE series.id = series_id AND model = 'model-0002' AND kpi = 'f1_score' AND at = to_timestamp($2)`,
        [value, seeded.newest],
      )
    const [stored] = await seeded.recorder.query<{ value: number }>(
      `SELECT value FROM snapshots JOIN series ON series.id = series_id
       WHERE model = 'model-0002' AND kpi = 'f1_score' AND at = to_timestamp($1)`,
      [seeded.newest],
    )
    await set(0.8004)
    // A window of its own: the recorder remembers the others until the next snapshot.
    await seeded.withPage('/?hours=23', {}, async (page) => {
      const cell = page.locator('#newest tr', { hasText: 'model-0002' }).locator('[data-column="F1 score"]')
      expect(await cell.textContent()).toBe('0.8004warning ≤ 0.8')
    })
    await set(stored?.value ?? Number.NaN)
  })

  test('the means of a single model are shown too', () =>
    seeded.withPage('/?model=model-0002', {}, async (page) => {
      const { model_performance } = await seeded.answerOf<DashboardData>('/api/dashboard?model=model-0002')
      const shown = await page
        .locator('#comparison tbody td data')
        .evaluateAll((all) => all.map((node) => Number(node.getAttribute('value'))))
      expect(shown).toHaveLength(8)
      // The snapshots here have no buckets, so the window's p95 is not known.
      const known = Object.values(model_performance['model-0002'] ?? {}).filter((each) => each !== null)
      expect(shown.toSorted()).toEqual(known.toSorted())
    }))

  test('a gap and the configuration are there', () =>
    seeded.withPage('/', {}, async (page) => {
      expect(await page.locator('#gaps-list').textContent()).toMatch(/1 snapshot.*Prometheus scraped nothing/)
      expect(await page.locator('#config-list').textContent()).toMatch(
        /F1 score.*mean20≤ 0\.8.*≤ 0\.75.*≤ 0\.7/,
      )
    }))

  test('an alert is acknowledged by who may, and the page of who may not has no button for it', async () => {
    const stored = () => seeded.recorder.query<{ by: string }>('SELECT by FROM alert_acknowledgements')
    await seeded.withPage('/', {}, async (page) => {
      const button = page.locator('.alert button', { hasText: 'Acknowledge' }).first()
      if (!seeded.mayAcknowledge) {
        expect(await button.isVisible()).toBe(false)
        expect(await page.locator('#session-text').textContent()).toBe(
          '"viewer" may only read: sign in with a key that may acknowledge.',
        )
        const id = await page.locator('.alert').first().getAttribute('data-episode')
        expect(await statusOf(page, `api/episodes/${id}/acknowledge`, { by: 'ann' })).toBe(403)
        expect(await statusOf(page, `api/episodes/${id}/rating`, { by: 'ann', rating: 'useful' })).toBe(403)
        expect(await statusOf(page, 'api/config', { by: 'ann', patch: {} }, 'PUT')).toBe(403)
        expect(await stored()).toEqual([])
        await keepScreenshot(page, 'read-only')
        return
      }
      await button.click()
      await page.locator('#acknowledge-by').fill('ann')
      await page.locator('#acknowledge-send').click()
      await page.locator('.alert', { hasText: 'Acknowledged by' }).waitFor()
      expect(await stored()).toEqual([{ by: expect.stringContaining('ann') }])
      expect(await page.locator('#session').isHidden()).toBe(true)
    })
    await seeded.recorder.query('DELETE FROM alert_acknowledgements')
  })

  test('a refused configuration is announced above everything else until it is fixed', () =>
    seeded.withPage('about:blank', {}, async (page) => {
      seeded.recorder.problem = {
        at: new Date('2026-01-02T03:04:05Z'),
        code: 'CONFIG_INVALID',
        message: 'kpis.latency.thresholds.error: 10: above warning (12)',
        next: 'Correct the configuration.',
      }
      await seeded.open(page)
      const notice = page.locator('#config-notice')
      expect(await notice.textContent()).toMatch(
        /not applied, found at 2 Jan 03:04 UTC: kpis\.latency\.thresholds\.error.*Correct the configuration/,
      )
      await notice.locator('a').click()
      expect(new URL(page.url()).hash).toBe('#configuration')
      expect(await seriousViolations(page)).toEqual([])
      seeded.recorder.problem = undefined
      await notice.waitFor({ state: 'hidden' })
    }))

  test('a stretch marked in a chart becomes the window, with finer steps', () =>
    seeded.withPage('/', {}, async (page) => {
      await page.locator('#chart-latency').scrollIntoViewIfNeeded()
      const over = await page.locator('#chart-latency .plot').boundingBox()
      if (over === null) throw new Error('no chart')
      await page.mouse.move(over.x + over.width * 0.4, over.y + 40)
      await page.mouse.down()
      await page.mouse.move(over.x + over.width * 0.7, over.y + 60, { steps: 4 })
      await page.mouse.up()
      await page.waitForURL(/from=.+&to=/)
      expect(await page.locator('#window-custom').textContent()).toMatch(/\d\d:\d\d.* to .*UTC/)
    }))

  test('charts are read by keyboard, step by step, aloud', () =>
    seeded.withPage('/', {}, async (page) => {
      await page.locator('#chart-f1_score .plot').focus()
      await page.keyboard.press('End')
      await page.keyboard.press('ArrowLeft')
      const said = page.locator('#chart-announcement', { hasText: 'UTC. model-0001' })
      await said.waitFor({ state: 'attached' })
      expect(await page.locator('#chart-f1_score .reading').textContent()).toMatch(
        /UTC.*model-0001.*0\.\d{3}/,
      )
    }))

  test.each([
    ['light', { colorScheme: 'light', viewport: { width: 1_280, height: 900 } }],
    ['dark', { colorScheme: 'dark', viewport: { width: 1_280, height: 900 } }],
    ['narrow', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ] satisfies [string, BrowserContextOptions][])(
    'axe finds nothing serious, and nothing sticks out to the side: %s',
    (name, options) =>
      seeded.withPage('/', options, async (page) => {
        expect(await seriousViolations(page)).toEqual([])
        expect(await isWiderThanScreen(page)).toBe(false)
        await keepScreenshot(page, name)
      }),
  )

  test('a 4K screen is used without sticking out to the side', () =>
    seeded.withPage('/', { viewport: { width: 3_840, height: 2_160 } }, async (page) => {
      expect(await isWiderThanScreen(page)).toBe(false)
      await keepScreenshot(page, '4k')
    }))

  test('dark mode follows the system, at once', () =>
    seeded.withPage('/', { colorScheme: 'light' }, async (page) => {
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      const light = await background()
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await background()).not.toBe(light)
    }))

  test('everything the page is made of is less than 100 kB over the wire', () =>
    seeded.withPage('about:blank', {}, async (page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      const own = new Map<string, string>()
      let bytes = 0
      session.on('Network.responseReceived', ({ requestId, response: { url } }) => {
        if (!new URL(url).pathname.includes('/api/')) own.set(requestId, url)
      })
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        if (own.has(requestId)) bytes += encodedDataLength
      })
      await seeded.open(page)
      expect(own.size).toBeGreaterThan(20)
      expect(bytes).toBeGreaterThan(10_000)
      expect(bytes).toBeLessThan(100_000)
    }))

  test('an answer that is an error is not called silence', () =>
    seeded.withPage('about:blank', {}, async (page) => {
      // Who is signed out signs in here.
      await seeded.open(page)
      await page.goto(`${seeded.url}/?model=${'x'.repeat(600)}`)
      const notice = page.locator('#connection-notice', { hasText: 'answered with an error' })
      await notice.waitFor()
      expect(await notice.textContent()).toMatch(
        /^The recorder answered with an error: query parameter model: .* Correct the parameter\./,
      )
      expect(await notice.textContent()).not.toContain('does not answer')
    }))

  test(
    'the page says that the recorder is away, and goes on by itself when it is back',
    () =>
      seeded.withPage('/', {}, async (page) => {
        await page.locator('#connection', { hasText: 'Live' }).waitFor()
        await page.evaluate('globalThis.neverReloaded = true')
        await seeded.recorder.stopRecorder()
        await page.locator('#connection-notice', { hasText: 'does not answer' }).waitFor()
        await page.locator('#connection', { hasText: 'Reconnecting' }).waitFor()
        await seeded.recorder.query(
          `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size,
           starts_at, threshold, summary, labels, annotations)
         SELECT 'default', 'abcdef', 'MnemoscopeLatencyError', 'error', 'latency', service, model, context_size, now(), 10,
           'while away', '{}', '{}' FROM series WHERE id = 2`,
        )
        await seeded.recorder.startAgain()
        await page.locator('.alert', { hasText: 'Latency of model-0002' }).waitFor()
        await page.locator('#connection', { hasText: 'Live' }).waitFor()
        expect(await page.locator('#connection-notice').isHidden()).toBe(true)
        expect(await page.evaluate('globalThis.neverReloaded')).toBe(true)
        await seeded.recorder.query(`DELETE FROM alert_episodes WHERE alertname = 'MnemoscopeLatencyError'`)
      }),
    60_000,
  )
}
