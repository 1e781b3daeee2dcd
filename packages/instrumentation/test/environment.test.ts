import { expect, test } from '@jest/globals'
import { withEnvironment } from '../src/environment.js'
import { startMonitoring } from '../src/index.js'

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
