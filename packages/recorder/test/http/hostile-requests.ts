import { names } from '@mnemoscope/kpi'
import fc from 'fast-check'
import { anyCodePoints } from '../../../../test/harness/any-code-points.js'
import { notification } from '../plumbing/notification.js'

/** A careless or hostile request. */
export interface HostileRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly contentType?: string
  readonly body?: string
  readonly authorization?: string
}

const oddTexts = fc.constantFrom(
  '\0',
  '\ud800',
  "'; DROP TABLE series; --",
  '__proto__',
  'constructor',
  '',
  'x'.repeat(20_000),
  '+Inf',
  'NaN',
)
const odd = fc.oneof(oddTexts, anyCodePoints())

const time = fc.oneof(
  fc.constantFrom(
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '+275760-09-13T00:00:00Z',
    '2026-02-30T00:00:00Z',
    'now',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)
const recent = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2026-02-01'), noInvalidDate: true })
  .map((date) => date.toISOString())

/** What is right nearly always, so that the wrong part is met by code that looks closely, and not by the first check. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: wrong })

const contentType = fc.oneof(
  { weight: 15, arbitrary: fc.constant('application/json') },
  { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/x-protobuf', 'application/jsonp', '') },
)

/** Any JSON, or no JSON at all. */
const anything = fc.oneof(fc.json(), odd)

/** A notification in which anything may be anything else. */
const texts = fc.dictionary(odd, odd, { maxKeys: 3 })
const alert = fc.record(
  {
    status: mostly(fc.constantFrom('firing', 'resolved'), odd),
    labels: mostly(
      texts.map((labels) => ({ alertname: 'MnemoscopeA', ...labels })),
      fc.oneof(texts, fc.jsonValue()),
    ),
    annotations: mostly(texts, fc.jsonValue()),
    startsAt: mostly(recent, fc.oneof(time, odd)),
    endsAt: mostly(fc.oneof(recent, fc.constant('0001-01-01T00:00:00Z')), fc.oneof(time, odd)),
  },
  { requiredKeys: ['labels', 'startsAt', 'status'] },
)
const notifications = fc
  .tuple(fc.array(alert, { maxLength: 4 }), mostly(fc.constant('4'), fc.oneof(odd, fc.constant(4))))
  .map(([alerts, version]) => JSON.stringify({ ...notification(alerts as never), version }))

/** Log records that are nearly measurements. */
const name = (of: string) => fc.constant(`mnemoscope.${of}`)
const text = (stringValue: string) => fc.constant({ stringValue })
const attribute = (key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) => fc.record({ key, value })
const attributes = fc
  .tuple(
    attribute(mostly(name('kpi'), odd) as fc.Arbitrary<string>, mostly(text('latency'), fc.jsonValue())),
    attribute(
      name('value'),
      mostly(
        fc.double().map((doubleValue) => ({ doubleValue })),
        fc.oneof(fc.constantFrom({ intValue: '9'.repeat(19) }, {}), fc.jsonValue()),
      ),
    ),
    attribute(
      name('model'),
      mostly(
        odd.map((stringValue) => ({ stringValue })),
        fc.jsonValue(),
      ),
    ),
    attribute(
      name('context_size'),
      mostly(
        text('8192'),
        odd.map((stringValue) => ({ stringValue })),
      ),
    ),
    attribute(
      odd,
      fc.oneof(
        odd.map((stringValue) => ({ stringValue })),
        fc.jsonValue(),
      ),
    ),
  )
  .map((all) => [...all])
const logRecord = fc.record(
  {
    timeUnixNano: mostly(
      fc.constant(`${Date.now()}000000`),
      fc.oneof(fc.constantFrom('0', '-1', '9'.repeat(19), '9'.repeat(40)), fc.jsonValue()),
    ),
    eventName: mostly(fc.constant(names.measurementEvent), odd),
    attributes: mostly(attributes, fc.jsonValue()),
    traceId: odd,
    spanId: odd,
  },
  { requiredKeys: ['timeUnixNano', 'eventName', 'attributes'] },
)
const logs = fc
  .array(logRecord, { maxLength: 3 })
  .map((logRecords) => JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))

const parameters = fc
  .dictionary(
    fc.constantFrom(
      ...['hours', 'model', 'service', 'context_size', 'kpi', 'limit', 'state', 'from', 'to', 'before'],
      ...['cursor', 'format', 'episode', 'x'],
    ),
    fc.oneof(odd, fc.double().map(String), fc.constantFrom('f1_score', 'open', '1e309', '-1', '24')),
    { maxKeys: 4 },
  )
  .map((given) =>
    Object.entries(given)
      .map(([name, value]) => `${name}=${encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '%ED'))}`)
      .join('&'),
  )
const resource = fc.constantFrom(
  ...['dashboard', 'episodes', 'series', 'charts', 'gaps', 'measurements', 'snapshots', 'nothing'],
  ...['analysis/models', 'analysis/weeks', 'analysis/changes', 'episodes/1', 'episodes/x'],
)

const post = (path: fc.Arbitrary<string>, body: fc.Arbitrary<string>) =>
  fc.record({ method: fc.constant('POST' as const), path, contentType, body })

const webhookPath = fc.oneof(
  { weight: 9, arbitrary: fc.constant('/api/webhook/alertmanager') },
  { weight: 1, arbitrary: parameters.map((query) => `/api/webhook/alertmanager?cluster=%00&${query}`) },
)

export const webhookRequest = post(
  webhookPath,
  fc.oneof({ weight: 3, arbitrary: notifications }, { weight: 2, arbitrary: anything }),
)

/** Any text that is one: no lone surrogate, no NUL. */
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !text.includes('\0'))

/** What Alertmanager sends, whatever people call their models. A recorder serves each of them. */
export const harmlessWebhookRequest = postJson(
  '/api/webhook/alertmanager',
  fc
    .array(fc.record({ model: word, summary: word, startsAt: recent }), { minLength: 1, maxLength: 4 })
    .map((alerts) =>
      notification(
        alerts.map(({ model, summary, startsAt }) => ({
          status: 'firing',
          labels: { alertname: 'MnemoscopeHarmless', severity: 'warning', model },
          annotations: { summary },
          startsAt,
        })),
      ),
    ),
)

/** What a service sends of single measurements. */
export const harmlessLogsRequest = postJson(
  '/v1/logs',
  fc.tuple(word, fc.double({ min: 0, max: 1_000, noNaN: true })).map(([model, doubleValue]) => {
    const attributes = [
      ['kpi', { stringValue: 'latency' }],
      ['value', { doubleValue }],
      ['model', { stringValue: model }],
      ['context_size', { stringValue: '8192' }],
    ].map(([key, value]) => ({ key: `mnemoscope.${key}`, value }))
    const timeUnixNano = `${Date.now()}000000`
    const logRecords = [{ timeUnixNano, eventName: names.measurementEvent, attributes }]
    return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }
  }),
)

function postJson(path: string, body: fc.Arbitrary<object>): fc.Arbitrary<HostileRequest> {
  return body.map((value) => ({
    method: 'POST',
    path,
    contentType: 'application/json',
    body: JSON.stringify(value),
  }))
}

export const logsRequest = post(
  fc.constant('/v1/logs'),
  fc.oneof({ weight: 3, arbitrary: logs }, { weight: 1, arbitrary: anything }),
)

export const apiRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(resource, parameters).map(([path, query]) => ({
      method: 'GET' as const,
      path: `/api/${path}?${query}`,
    })),
  },
  {
    weight: 1,
    arbitrary: post(
      fc.constantFrom('/api/episodes/1/acknowledge', '/api/deployments', '/api/dashboard'),
      anything,
    ),
  },
  { weight: 1, arbitrary: post(fc.constant('/api/config'), anything).map(put) },
)

function put(request: HostileRequest): HostileRequest {
  return { ...request, method: 'PUT' }
}

/** What would be stored if it came with the recorder's token. */
const wellFormed = fc.oneof(
  webhookRequest,
  logsRequest,
  post(fc.constant('/api/episodes/1/acknowledge'), fc.constant('{"by": "mallory"}')),
  post(fc.constant('/api/deployments'), fc.constant('{"service": "memory-api", "version": "6.6.6"}')),
  post(fc.constant('/api/config'), fc.constant('{"patch": {"kpis": {"f1_score": {"minSamples": 1}}}}')).map(
    put,
  ),
)

/** Requests that write, with anything but the recorder's token. */
export function unauthorisedRequest(token: string): fc.Arbitrary<HostileRequest> {
  const nearly = [
    `Bearer ${token.slice(1)}`,
    `Bearer ${token}x`,
    `Basic ${token}`,
    token,
    'Bearer',
    'Bearer  ',
  ]
  const latin = fc.string({ unit: 'grapheme-ascii', maxLength: 40 })
  return fc
    .tuple(wellFormed, fc.oneof(fc.constantFrom(...nearly, undefined), latin))
    .map(([request, given]) => ({
      ...request,
      ...(given === undefined ? {} : { authorization: given }),
    }))
}
