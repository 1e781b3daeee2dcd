import { expect, test } from '@jest/globals'
import { otherProtocol, otlpSettings } from '../../src/opentelemetry/otlp-push.js'

test.each([
  ['nothing', undefined, {}, undefined],
  ['no push', false, {}, undefined],
  [
    'the application',
    true,
    {},
    { temporality: 'cumulative', intervalMilliseconds: 60_000, timeoutMilliseconds: 30_000 },
  ],
  [
    'a delta preference',
    true,
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' },
    { temporality: 'delta' },
  ],
  [
    'little memory',
    true,
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'lowmemory' },
    { temporality: 'delta' },
  ],
  [
    'the option before the variable',
    { temporality: 'cumulative' as const },
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' },
    { temporality: 'cumulative' },
  ],
  [
    'an interval',
    true,
    { OTEL_METRIC_EXPORT_INTERVAL: '5000' },
    { intervalMilliseconds: 5_000, timeoutMilliseconds: 5_000 },
  ],
  [
    // Node would fire a longer timer at once, and push a thousand times a second.
    'an interval longer than any timer',
    true,
    { OTEL_METRIC_EXPORT_INTERVAL: '9999999999' },
    { intervalMilliseconds: 2_147_483_647 },
  ],
  [
    'invalid intervals',
    true,
    { OTEL_METRIC_EXPORT_INTERVAL: 'soon', OTEL_METRIC_EXPORT_TIMEOUT: '-1' },
    { intervalMilliseconds: 60_000, timeoutMilliseconds: 30_000 },
  ],
])('OTLP with %s', (_, given, environment, expected) => {
  const settings = otlpSettings(given, environment)
  if (expected === undefined) expect(settings).toBeUndefined()
  else expect(settings).toMatchObject(expected)
})

test.each([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, undefined],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: '' }, undefined],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, 'http/protobuf'],
  [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'grpc'],
  [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, undefined],
])('environment %j asks for another protocol: %j', (environment, protocol) => {
  expect(otherProtocol(environment)).toBe(protocol)
})
