import { expect, test } from '@jest/globals'
import { withEnvironment } from '../src/environment.js'
import { startMonitoring } from '../src/index.js'
import { proxyFor } from '../src/proxy.js'

const recorder = 'http://127.0.0.1:9470'

test.each([
  ['nothing', {}, {}, {}],
  [
    'host and port',
    {},
    { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0', OTEL_EXPORTER_PROMETHEUS_PORT: '9999' },
    { host: '0.0.0.0', port: 9_999 },
  ],
  [
    'host and port that the application has its own of',
    { host: '::1', port: 0 },
    { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0', OTEL_EXPORTER_PROMETHEUS_PORT: '9999' },
    { host: '::1', port: 0 },
  ],
  ['an invalid port', {}, { OTEL_EXPORTER_PROMETHEUS_PORT: '70000' }, {}],
  [
    'empty texts, which count as not set',
    {},
    { OTEL_EXPORTER_PROMETHEUS_HOST: '', OTEL_METRICS_EXPORTER: '' },
    {},
  ],
  ['no exporter', {}, { OTEL_METRICS_EXPORTER: 'none' }, { endpoint: false }],
  [
    'no exporter, and an endpoint of the application',
    { endpoint: true },
    { OTEL_METRICS_EXPORTER: 'none' },
    { endpoint: true },
  ],
  ['several exporters', {}, { OTEL_METRICS_EXPORTER: 'otlp, prometheus' }, { otlp: true }],
  ['all off', { endpoint: true, recorder }, { OTEL_SDK_DISABLED: 'True' }, { endpoint: false, otlp: false }],
  ['another exporter', {}, { OTEL_METRICS_EXPORTER: 'prometheus' }, {}],
  [
    'a push that the application does not want',
    { otlp: false },
    { OTEL_METRICS_EXPORTER: 'otlp' },
    { otlp: false },
  ],
  ['another word than true', { recorder }, { OTEL_SDK_DISABLED: '1' }, { recorder }],
])('the environment says %s', (_, options, environment, expected) => {
  const warnings: string[] = []
  expect(withEnvironment(options, environment, ({ message }) => warnings.push(message))).toEqual(expected)
  expect(warnings).toEqual(
    'OTEL_EXPORTER_PROMETHEUS_PORT' in environment && environment.OTEL_EXPORTER_PROMETHEUS_PORT === '70000'
      ? [expect.stringContaining('is "70000", which is no port')]
      : [],
  )
})

test('a monitor that is switched off records into the void, and opens nothing', async () => {
  process.env.OTEL_SDK_DISABLED = 'true'
  try {
    const monitor = await startMonitoring({ service: 's', recorder, otlp: true })
    expect(monitor.url).toBeUndefined()
    monitor.for({ model: 'm', contextSize: 1 }).f1_score.record(0.5)
    await monitor.flush()
    await monitor.stop()
  } finally {
    delete process.env.OTEL_SDK_DISABLED
  }
})

const both = { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://s:2' }
test.each<[string, string, Record<string, string>, string | undefined]>([
  ['none without a variable', 'http://otel.example:4318/v1/metrics', {}, undefined],
  ['that for HTTP', 'http://otel.example/', both, 'http://p:1'],
  ['that for HTTPS', 'https://otel.example/', both, 'http://s:2'],
  ['that for all', 'https://otel.example/', { all_proxy: 'http://a:3' }, 'http://a:3'],
  ['the lower case first', 'http://otel.example/', { ...both, http_proxy: 'http://l:4' }, 'http://l:4'],
  ['one without a scheme', 'https://otel.example/', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128'],
  ['none for localhost', 'http://localhost:4318/', both, undefined],
  ['none for this machine', 'http://127.0.0.2:4318/', both, undefined],
  ['none for this machine by IPv6', 'http://[::1]:4318/', both, undefined],
  ['none for what is no address', 'nowhere', both, undefined],
  ['none for an exception', 'http://otel.example/', { ...both, NO_PROXY: 'a, OTEL.example' }, undefined],
  [
    'none for a domain of an exception',
    'http://a.otel.example/',
    { ...both, no_proxy: 'otel.example' },
    undefined,
  ],
  ['none for one with a dot', 'http://a.otel.example/', { ...both, NO_PROXY: '.otel.example' }, undefined],
  ['one for the end of a name', 'http://xotel.example/', { ...both, NO_PROXY: 'otel.example' }, 'http://p:1'],
  ['none with a star', 'https://otel.example/', { ...both, NO_PROXY: '*' }, undefined],
  [
    'none for the port of an exception',
    'http://otel.example/',
    { ...both, NO_PROXY: 'otel.example:80' },
    undefined,
  ],
  ['one for another port', 'http://otel.example:81/', { ...both, NO_PROXY: 'otel.example:80' }, 'http://p:1'],
  ['none for a network', 'http://10.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['one outside of it', 'http://11.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8' }, 'http://p:1'],
  ['one for a network that is none', 'http://11.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/99' }, 'http://p:1'],
  [
    'none for an address by IPv6',
    'http://[fd00::1]:4318/',
    { ...both, NO_PROXY: '[fd00::1]:4318' },
    undefined,
  ],
])('the proxy is %s', (_, url, environment, expected) => {
  expect(proxyFor(url, environment)).toBe(expected)
})
