import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { generate, routeTests } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { mnemoscope, temporaryFolder } from '../../../../test/harness/index.js'
import { linkTools } from '../../../../test/harness/link-tools.js'
import { toolsDir } from '../../../../test/harness/repository.js'
import { checkWithTools } from '../../src/check-with-tools.js'

const folder = temporaryFolder('check')
afterAll(() => folder.remove())

const settings = `{
  services: [{ name: 'memory-api', targets: ['127.0.0.1:9464'] }],
  alerting: {
    receivers: {
      team: { webhook: { url: 'https://team.example/' } },
      'on-call': { severities: ['critical'], kpis: ['f1_score'], webhook: { url: 'https://pager.example/' } },
    },
  },
}`

test('check --test-rules tries the rules, the routes and the messages', async () => {
  linkTools(folder.path)
  const config = `import { defineConfig } from '@mnemoscope/kpi'\nexport default defineConfig(${settings})\n`
  writeFileSync(join(folder.path, 'mnemoscope.config.ts'), config)
  const { exitCode, stdout, stderr } = await mnemoscope(folder.path, ['check', '--test-rules'])
  expect([exitCode, stderr]).toEqual([0, ''])
  // 4 levels of 7 KPIs and of the pipeline, 2 test messages, and what only steers messages.
  expect(stdout).toContain('amtool config routes test: 35 alerts, passed')
  expect(stdout).toContain('amtool template render: 10 kinds of messages in all media, passed')
}, 300_000)

test('a route that leads elsewhere is found', async () => {
  const config = defineConfig({
    services: [{ name: 'memory-api', targets: ['127.0.0.1:9464'] }],
    alerting: { receivers: { team: { webhook: { url: 'https://team.example/' } } } },
  })
  for (const [path, text] of generate(config, { ruleTests: false })) {
    const file = join(folder.path, 'wrong', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text.replace('severity=~"warning|error|critical"', 'severity=~"warning|error"'))
  }
  const checking = checkWithTools(join(folder.path, 'wrong'), dirname(toolsDir), [], routeTests(config))
  await expect(checking).rejects.toMatchObject({
    code: 'GENERATED_REJECTED',
    message: expect.stringContaining('severity="critical"'),
  })
}, 60_000)

test('an expression of the configuration that Prometheus cannot read is named, and no defect', async () => {
  const config = defineConfig({ kpis: { memory_usage: { source: { promql: 'sum by (job' } } } })
  for (const [path, text] of generate(config, { ruleTests: false })) {
    const file = join(folder.path, 'unread', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  await expect(checkWithTools(join(folder.path, 'unread'), dirname(toolsDir))).rejects.toMatchObject({
    code: 'GENERATED_REJECTED',
    next: expect.stringContaining('Correct source.promql of the KPI memory_usage'),
  })
}, 60_000)
