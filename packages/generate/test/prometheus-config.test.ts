import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { generate } from '../src/generate.js'

const contentOf = (...args: Parameters<typeof generate>) =>
  parse(generate(...args).get('prometheus/prometheus.yml') as string)

describe('prometheus.yml', () => {
  test('scrapes every service and the parts of the pipeline, under their own names', () => {
    const services = [
      { name: 'memory-api', targets: ['10.0.0.1:9464', '10.0.0.2:9464'] },
      { name: 'indexer', targets: ['10.0.0.3:9464'] },
    ]
    const { scrape_configs } = contentOf(defineConfig({ services }))
    expect(scrape_configs.map((job: { job_name: string }) => job.job_name)).toEqual([
      'memory-api',
      'indexer',
      'mnemoscope-recorder',
      'mnemoscope-prometheus',
      'mnemoscope-alertmanager',
    ])
    expect(scrape_configs[0].static_configs).toEqual([{ targets: ['10.0.0.1:9464', '10.0.0.2:9464'] }])
    expect(JSON.stringify(scrape_configs)).not.toContain('honor_labels')
  })

  test.each([
    ['5s', '5s'],
    // Prometheus' durations have no fractions.
    ['1s500ms', '1s500ms'],
    ['15s', '10s'],
    ['2m', '10s'],
  ])('with a scrape every %s gives up on one after %s', (scrapeInterval, timeout) => {
    const config = defineConfig({ scrapeInterval, alertCheckInterval: '4m' })
    expect(contentOf(config).global).toEqual({
      scrape_interval: scrapeInterval,
      scrape_timeout: timeout,
      evaluation_interval: '4m',
    })
  })

  test('asks https addresses as they are, and knows their private authority where one is named', () => {
    const tls_config = { ca_file: '/etc/ca.crt' }
    const given = {
      services: [
        { name: 'secured', scheme: 'https', targets: ['10.0.0.1:9464'] },
        {
          name: 'known',
          scheme: 'https',
          targets: ['10.0.0.3:9464'],
          clientCertificate: { certFile: '/run/own.crt', keyFile: '/run/own.key' },
        },
        { name: 'plain', targets: ['10.0.0.2:9464'], tokenFile: '/run/token' },
      ],
      recorderClientCertificate: { certFile: '/run/at.crt', keyFile: '/run/at.key' },
      endpoints: { recorder: 'https://recorder.example' },
    } as const
    const atRecorder = { ...tls_config, cert_file: '/run/at.crt', key_file: '/run/at.key' }
    const files = generate(defineConfig({ ...given, caFile: '/etc/ca.crt' }))
    const jobs = parse(files.get('prometheus/prometheus.yml') ?? '').scrape_configs
    expect(jobs).toMatchObject([
      { scheme: 'https', tls_config },
      { scheme: 'https', tls_config: { ...tls_config, cert_file: '/run/own.crt', key_file: '/run/own.key' } },
      { authorization: { type: 'Bearer', credentials_file: '/run/token' } },
      { job_name: 'mnemoscope-recorder', scheme: 'https', tls_config: atRecorder },
      { scheme: 'http' },
      { scheme: 'http' },
    ])
    expect([2, 4, 5].map((i) => jobs[i].tls_config)).toEqual([undefined, undefined, undefined])
    const { receivers } = parse(files.get('alertmanager/alertmanager.yml') ?? '')
    expect(receivers[1].webhook_configs[0].http_config).toEqual({ tls_config: atRecorder })
    expect(JSON.stringify(contentOf(defineConfig(given)))).not.toContain('ca_file')
    const atPlain = { ...given, endpoints: { recorder: 'http://recorder.example' } }
    expect(() => defineConfig(atPlain)).toThrow(/recorderClientCertificate/)
    const [, { scheme: _, ...plain }] = given.services
    expect(() => defineConfig({ services: [plain] })).toThrow(/clientCertificate/)
  })

  test('takes the addresses of a run in place of the configured ones, under the same hash', () => {
    const config = defineConfig()
    const options = {
      endpoints: { alertmanager: 'https://alerts.example/am/', recorder: 'http://127.0.0.1:40001' },
      services: [{ name: 'demo', targets: ['127.0.0.1:40002'] }],
    }
    const { alerting, scrape_configs } = contentOf(config, options)
    expect(alerting.alertmanagers).toEqual([
      { scheme: 'https', path_prefix: '/am', static_configs: [{ targets: ['alerts.example:443'] }] },
    ])
    expect(scrape_configs[0]).toEqual({
      job_name: 'demo',
      static_configs: [{ targets: ['127.0.0.1:40002'] }],
    })
    expect(scrape_configs[1].static_configs).toEqual([{ targets: ['127.0.0.1:40001'] }])
    const header = (text: string | undefined) => text?.split('\n')[0]
    expect(header(generate(config, options).get('prometheus/prometheus.yml'))).toBe(
      header(generate(config).get('prometheus/prometheus.yml')),
    )
  })
})
