import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { composeFiles } from '../src/compose-files.js'

const config = defineConfig({
  services: [
    { name: 'demo', targets: ['127.0.0.1:9464'] },
    { name: 'mine', targets: ['localhost:9500', '[::1]:9501', 'memory-1:9464'] },
  ],
})
const files = new Map(composeFiles(config))

describe('The configuration files for containers', () => {
  test('scrape the demo by its name, and services of the machine as containers see it', () => {
    const { scrape_configs } = parse(files.get('deploy/compose/prometheus.yml') as string)
    const targets = Object.fromEntries(
      scrape_configs.map((job: { job_name: string; static_configs: { targets: string[] }[] }) => [
        job.job_name,
        job.static_configs[0]?.targets,
      ]),
    )
    expect(targets).toEqual({
      demo: ['demo:9464'],
      mine: ['host.docker.internal:9500', 'host.docker.internal:9501', 'memory-1:9464'],
      'mnemoscope-recorder': ['recorder:9470'],
      'mnemoscope-prometheus': ['prometheus:9090'],
      'mnemoscope-alertmanager': ['alertmanager:9093'],
    })
  })

  test('send alerts and ask for data by the names of the containers', () => {
    expect(files.get('deploy/compose/alertmanager.yml')).toContain(
      'http://recorder:9470/api/webhook/alertmanager',
    )
    const { datasources } = parse(files.get('deploy/compose/grafana-data-sources.yml') as string)
    expect(datasources.map(({ url }: { url: string }) => url)).toEqual([
      'http://prometheus:9090',
      `\${MNEMOSCOPE_POSTGRES_ADDRESS}`,
      'http://alertmanager:9093',
    ])
  })

  test('have Alertmanager send the token that it finds beside it, or in the file that is configured', () => {
    const tokenFileOf = (given: object) => {
      const text = new Map(composeFiles(defineConfig(given))).get('deploy/compose/alertmanager.yml') as string
      const [, recorder] = parse(text).receivers
      return recorder.webhook_configs[0].http_config.authorization.credentials_file
    }
    expect(tokenFileOf({})).toBe('/run/secrets/alertmanager/recorder-token')
    expect(tokenFileOf({ alerting: { recorderTokenFile: '/etc/token' } })).toBe('/etc/token')
  })

  test('read the rules of the project, which are committed once', () => {
    expect(parse(files.get('deploy/compose/prometheus.yml') as string).rule_files).toEqual(['../rules/*.yml'])
    expect([...files.keys()].filter((path) => path.includes('rules'))).toEqual([])
  })

  test('name no loopback address', () => {
    // Templates are for people, who are on the machine and not in a container.
    const read = [...files].filter(([path]) => !path.endsWith('.tmpl')).map(([, text]) => text)
    for (const text of read) expect(text).not.toMatch(/127\.0\.0\.1|localhost/)
  })
})
