import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type ConfigError, type ConfigInput, defineConfig, secretSettings } from '@mnemoscope/kpi'
import { mnemoscopeHere, temporaryFolder } from '../harness/index.js'
import { canariesIn, planted, readableWithCanaries } from './canaries.js'

/** Addresses that people open. They take no login, so there is nothing to plant. */
const links: Readonly<Record<string, (address: string) => object>> = {
  'alerting.runbookBaseUrl': (runbookBaseUrl) => ({ alerting: { runbookBaseUrl } }),
  'endpoints.recorder': (recorder) => ({ endpoints: { recorder } }),
  'endpoints.page': (page) => ({ endpoints: { page } }),
  'endpoints.alertmanagerPage': (alertmanagerPage) => ({ endpoints: { alertmanagerPage } }),
  'endpoints.grafana': (grafana) => ({ endpoints: { grafana } }),
  'endpoints.traces': (address) => ({ endpoints: { traces: `${address}{traceId}` } }),
  'kpis.*.runbook': (runbook) => ({ kpis: { latency: { runbook } } }),
}

/** Declarations of KPIs, which `kpis` shows anyway. */
const shownElsewhere = 'plugins[].kpis.*'

test('every setting that the schema marks has a canary, or takes no secret', () => {
  const known = [...planted('0.35').canaries.keys(), ...Object.keys(links), shownElsewhere]
  expect(known.toSorted()).toEqual(
    secretSettings()
      .map(([path]) => path)
      .toSorted(),
  )
})

test.each(Object.entries(links))(
  '%s takes no password, and does not show the one it was given',
  (_, input) => {
    const wrong = () => defineConfig(input('https://user:canary@wiki.example/') as ConfigInput)
    expect(wrong).toThrow(/expected an address without user and password/)
    try {
      wrong()
    } catch (error) {
      const { message, value, issues } = error as ConfigError
      expect(JSON.stringify({ message, value, issues })).not.toContain('canary')
    }
  },
)

test('generated files have secrets only where their owner alone can read them, and no command shows one', async () => {
  const folder = temporaryFolder('canaries')
  try {
    const given = planted('0.35')
    const file = join(folder.path, 'mnemoscope.config.ts')
    writeFileSync(file, `export default ${JSON.stringify(given.config)}\n`)
    chmodSync(file, 0o600)
    const outputs: string[] = []
    const runs = [['generate', '--with', 'grafana,compose,runbooks'], ['generate'], ['check', '--skip-tools']]
    for (const args of runs) {
      const { exitCode, stdout, stderr } = await mnemoscopeHere(folder.path, args)
      outputs.push(stdout, stderr)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    }
    const kinds = new Map(secretSettings())
    const secrets = [...given.canaries].filter(([setting]) => kinds.get(setting) !== 'hidden')
    expect(
      readableWithCanaries(
        folder.path,
        secrets.map(([, canary]) => canary),
      ),
    ).toEqual([])
    // The test looks in the right place.
    const written = readFileSync(join(folder.path, 'alertmanager/alertmanager.yml'), 'utf8')
    expect(canariesIn(written, given)).toContain('alerting.receivers.*.webhook.url')

    writeFileSync(
      file,
      `export default ${JSON.stringify(given.config).replaceAll('"webhook"', '"webhok"')}\n`,
    )
    const broken = await mnemoscopeHere(folder.path, ['check', '--json'])
    expect(broken.exitCode).toBe(2)
    outputs.push(broken.stdout, broken.stderr)
    expect(canariesIn(outputs.join('\n'), given)).toEqual([])
  } finally {
    folder.remove()
  }
})
