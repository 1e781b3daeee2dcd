import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { ConfigInput } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import type { Browser } from 'playwright-core'
import { readAppliedConfig } from '../../packages/cli/src/changes/applied-folder.js'
import { startTestPostgres, type TestPostgres } from '../../packages/recorder/test/plumbing/postgres.js'
import { type Monitoring, startMonitoringServers } from '../alerting/monitoring.js'
import { launchChromium } from '../harness/chromium.js'
import { mnemoscope } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { linkTools } from '../harness/link-tools.js'
import { repository } from '../harness/repository.js'
import { chromium, describeInBrowser, openPage } from './browser.js'

/** An edit that is wrong, followed from the file through `mnemoscope record` to everywhere it is told of. */
const input: ConfigInput = {
  scrapeInterval: '1s',
  alertCheckInterval: '1s',
  dashboard: { refreshInterval: '1s' },
}
const good = `export default ${JSON.stringify(input)}`
const bad = `export default ${JSON.stringify({ ...input, kpis: { f1_score: { thresholds: { warning: 0.5 } } } })}`
const unapplied = `export default ${JSON.stringify({ ...input, kpis: { f1_score: { thresholds: { warning: 0.9 } } } })}`

describeInBrowser('a broken edit of the configuration', () => {
  let monitoring: Monitoring
  let postgres: TestPostgres
  let databaseUrl: string
  let browser: Browser
  let project: string
  let recorder: ChildProcess | undefined

  beforeAll(async () => {
    monitoring = await startMonitoringServers(input)
    postgres = await startTestPostgres()
    databaseUrl = await postgres.newDatabase()
    browser = await ('missing' in chromium
      ? Promise.reject(new Error(chromium.missing))
      : launchChromium(chromium))
    project = join(monitoring.folder, 'project')
    mkdirSync(project)
    linkTools(project)
  }, 120_000)

  afterEach(endRecorder, 60_000)

  afterAll(async () => {
    await browser?.close()
    await postgres?.stop()
    await monitoring?.stop()
  }, 60_000)

  test.each([
    [
      'applies its file',
      () => ['--apply-to', monitoring.folder, '--alertmanager-url', monitoring.alertmanagerUrl],
    ],
    ['only follows its file', () => []],
  ])(
    'is reported by a recorder that %s: by API, on the page, in the log and by exit code, until it is corrected',
    async (_, args) => {
      const file = join(project, 'mnemoscope.config.mjs')
      writeFileSync(file, good)
      const { url, log } = await startRecord(args())
      if (args().length > 0)
        await eventually('the file as it is now is applied', () => readAppliedConfig(monitoring.folder))
      const page = await browser.newPage()
      const problems = await openPage(page, url)
      const notice = page.locator('#config-notice')
      expect(await notice.isVisible()).toBe(false)
      const before = {
        config: await configAt(url),
        generation: readlinkSync(join(monitoring.folder, 'current')),
      }
      expect(before.config.problem).toBeNull()

      writeFileSync(file, bad)
      const { problem, ...inForce } = await eventually('the problem', async () => {
        const config = await configAt(url)
        return config.problem !== null && config
      })
      expect(problem).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('kpis.f1_score.thresholds'),
        next: expect.any(String),
      })
      expect({ ...inForce, problem: null }).toEqual(before.config)
      expect(readlinkSync(join(monitoring.folder, 'current'))).toBe(before.generation)
      await notice.waitFor()
      expect(await notice.textContent()).toContain('kpis.f1_score.thresholds')
      const lines = await eventually('the line of the log', () => {
        const found = log().filter(({ msg }) => msg === 'the configuration as written is not in use')
        return found.length > 0 && found
      })
      expect(lines).toMatchObject([{ level: 50, problem: { code: 'CONFIG_INVALID' } }])
      const { exitCode, stderr } = await mnemoscope(project, ['watch', '--once'])
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('kpis.f1_score.thresholds'),
      })

      writeFileSync(file, good)
      await notice.waitFor({ state: 'hidden' })
      expect(await configAt(url)).toEqual(before.config)
      expect(problems).toEqual([])
      await page.close()
    },
    180_000,
  )

  test('a recorder that only follows its file reports a valid edit that was not applied', async () => {
    const file = join(project, 'mnemoscope.config.mjs')
    writeFileSync(file, good)
    const { url, log } = await startRecord([])
    const page = await browser.newPage()
    await openPage(page, url)
    const before = await configAt(url)
    writeFileSync(file, unapplied)
    const { problem, ...inForce } = await eventually('the problem', async () => {
      const config = await configAt(url)
      return config.problem !== null && config
    })
    expect(problem).toMatchObject({ code: 'CONFIG_NOT_APPLIED', message: expect.stringContaining(file) })
    expect({ ...inForce, problem: null }).toEqual(before)
    const notice = page.locator('#config-notice')
    await notice.waitFor()
    expect(await notice.textContent()).toContain('not applied')
    expect(log()).toContainEqual(
      expect.objectContaining({
        level: 50,
        problem: expect.objectContaining({ code: 'CONFIG_NOT_APPLIED' }),
      }),
    )
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^mnemoscope_recorder_config_problem 1$/m)

    writeFileSync(file, good)
    await notice.waitFor({ state: 'hidden' })
    await page.close()
  }, 180_000)

  async function startRecord(args: readonly string[]) {
    const port = await freePort()
    const command = join(repository, 'packages/cli/bin/mnemoscope.js')
    const child = spawn(
      process.execPath,
      [command, 'record', '--port', String(port), '--prometheus-url', monitoring.prometheusUrl, ...args],
      {
        cwd: project,
        env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: databaseUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    recorder = child
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const url = `http://127.0.0.1:${port}`
    await eventually(
      'the recorder',
      async () => {
        if (child.exitCode !== null) throw new Error(`mnemoscope record ended:\n${output}`)
        return (await fetch(`${url}/api/config`)).ok
      },
      // With --apply-to it has promtool run every rule test first.
      { withinMs: 120_000 },
    )
    const log = () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { level: number; msg: string; problem?: object })
    return { url, log }
  }

  async function endRecorder(): Promise<void> {
    if (recorder === undefined || recorder.exitCode !== null) return
    const ended = once(recorder, 'exit')
    recorder.kill('SIGTERM')
    await ended
  }
})

async function configAt(url: string): Promise<{ problem: { code: string } | null; [key: string]: unknown }> {
  return (await (await fetch(`${url}/api/config`)).json()) as { problem: { code: string } | null }
}
