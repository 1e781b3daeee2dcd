import * as z from 'zod'
import { duration, durationOrZero, timerDuration } from '../duration.js'
import { isKnownUnit } from '../prometheus-name.js'
import { runbookPattern } from '../runbook.js'
import type { PublishedMetricName } from '../source/presets.js'
import { overrideKeys } from '../thresholds.js'
import { changeable } from './changeable.js'
import { notificationSettings, secretFile } from './notification-schema.js'
import { type HandlerFunction, handlersSchema, pluginSchema } from './plugin-schema.js'
import { secret } from './secrets.js'
import { proxySignIn } from './sign-in-schema.js'
import { sourceSchema } from './source-schema.js'

/** Tokens that a context holds. */
const contextSize = z.int().min(1).max(2_147_483_646)

const name = (pattern: RegExp, example: string) =>
  z.string().regex(pattern, { error: `expected a name such as "${example}" (${pattern.source})` })

const labelValue = z.string().min(1).max(128)

const thresholds = z.strictObject({
  warning: changeable(z.number()).optional(),
  error: changeable(z.number()).optional(),
  critical: changeable(z.number()).optional(),
})

/** What can be set of any KPI, and again for a model, an operation, a context size, or several of them. */
const judgement = {
  operations: changeable(z.number().min(1).max(100_000)).optional(),
  expiry: changeable(duration).optional(),
  assumedDeviation: changeable(z.number().positive()).optional(),
  for: changeable(durationOrZero).optional(),
  keepFiringFor: changeable(durationOrZero).optional(),
  hysteresis: changeable(z.number().min(0).max(0.5)).optional(),
  noData: changeable(z.enum(['ignore', 'no_data', 'breach'])).optional(),
  expectedFor: changeable(duration).optional(),
}

const builtInStatistic = changeable(z.enum(['mean', 'p50', 'p90', 'p95', 'p99', 'newest']))

const override = z
  .strictObject({
    // Texts that are compared with the labels of measurements, and lead nowhere.
    model: changeable(labelValue).optional(),
    operation: changeable(labelValue).optional(),
    contextSize: changeable(contextSize).optional(),
    thresholds: thresholds.prefault({}),
    ...judgement,
    statistic: builtInStatistic.optional(),
  })
  .refine((given) => overrideKeys.some((key) => given[key] !== undefined), {
    error: 'expected a model, an operation or a contextSize: without them, set it of the KPI itself',
  })

const outcomes = z.strictObject({
  counter: name(/^[a-z][a-z0-9_]*$/, 'adaptations'),
  label: name(/^[a-z][a-z0-9_]*$/, 'outcome'),
  counted: z.array(labelValue).min(1),
  others: z.array(labelValue).min(1),
  excluded: z.array(labelValue).default([]),
})

const runbook = secret(
  'address',
  z
    .string()
    .regex(runbookPattern, {
      error: 'expected a page such as "recall-at-5.md", or an address that begins with https:// or http://',
    })
    .refine(hasNoLogin, { error: 'expected an address without user and password: alerts link to it' }),
)

/** Boundaries, or values between which they are laid. */
const boundaries = z.union(
  [
    z.array(z.number()).min(1).max(200),
    z
      .strictObject({ from: z.number().positive(), to: z.number().positive() })
      .refine(({ from, to }) => from < to && to / from <= 1e12, {
        error: 'expected from below to, which is at most 1e12 times as much',
      }),
  ],
  {
    error:
      'expected a list of 1 to 200 numbers, or { from, to } with 0 < from < to, between which boundaries are laid',
  },
)

/** What can be set of any KPI, built in or custom. */
const kpiSettings = {
  ...judgement,
  thresholds: thresholds.optional(),
  target: changeable(z.number()).optional(),
  overrides: z.array(override).optional(),
  boundaries: boundaries.optional(),
  runbook: runbook.optional(),
  source: sourceSchema.optional(),
}

/** Changes to a built-in KPI. */
export const builtInKpiSchema = z.strictObject({
  ...kpiSettings,
  statistic: builtInStatistic.optional(),
})

/** A custom KPI: the same shape as a catalog entry. */
export const customKpiSchema = z.strictObject({
  ...kpiSettings,
  title: z.string().min(1),
  description: z.string().min(1),
  unit: z.string().refine(isKnownUnit, {
    error:
      'expected a UCUM unit that Prometheus names can carry: "s", "By", "1", "%" or an annotation such as "{token}"',
  }),
  instrument: z.enum(['histogram', 'gauge', 'counter']),
  direction: z.enum(['higher_is_better', 'lower_is_better']),
  range: z.strictObject({ min: z.number(), max: z.number(), integer: z.boolean().default(false) }),
  statistic: z.enum(['mean', 'p50', 'p90', 'p95', 'p99', 'newest', 'ratio']),
  outcomes: outcomes.optional(),
  labels: z.record(name(/^[a-z][a-z0-9_]*$/, 'tier'), z.array(labelValue).min(1)).optional(),
})

/** Name of a KPI, and so of its metric, column and JSON property. */
export const kpiIdPattern = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/

const url = secret('address', z.url({ protocol: /^https?$/ }))

/** An address that people open, so that it is in alerts, messages and dashboards. */
const link = secret(
  'address',
  z
    .url({ protocol: /^https?$/ })
    .refine(hasNoLogin, { error: 'expected an address without user and password: alerts link to it' }),
)

/** The same, with a place for the id of a trace. Braces are no part of an address. */
const traceLink = secret(
  'address',
  z
    .string()
    .refine(
      (template) =>
        z.url({ protocol: /^https?$/ }).safeParse(template.replaceAll(/\{(?:trace|span)Id\}/g, '0')).success,
      {
        error: 'expected an address such as https://jaeger.example.com/trace/{traceId}',
      },
    )
    .refine((template) => template.includes('{traceId}'), { error: 'expected {traceId} in it' })
    .refine(hasNoLogin, { error: 'expected an address without user and password: the page links to it' }),
)

/** Files of the certificate by which a server signs in somewhere, as that server finds them. */
const clientCertificate = z.strictObject({ certFile: z.string().min(1), keyFile: secretFile })

const service = z
  .strictObject({
    /** How Prometheus asks for its metrics. Default `http`. */
    scheme: z.enum(['http', 'https']).optional(),
    /** File with what Prometheus sends as bearer token, as Prometheus finds it. */
    tokenFile: secretFile.optional(),
    /** Files of the certificate by which Prometheus signs in there, as Prometheus finds them. */
    clientCertificate: clientCertificate.optional(),
    name: name(/^[a-zA-Z_][a-zA-Z0-9_.-]*$/, 'memory-api'),
    targets: z
      .array(
        name(/^[^\s/:]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/, 'localhost:9464').refine(
          (target) => Number(/\d+$/.exec(target)?.[0]) <= 65_535,
          { error: 'expected a port of at most 65535' },
        ),
      )
      .min(1),
  })
  .refine(({ scheme, clientCertificate }) => clientCertificate === undefined || scheme === 'https', {
    error: "expected scheme: 'https', as a certificate is shown over HTTPS only",
    path: ['clientCertificate'],
  })

const days = z.int().min(1).max(36_500)

/** All settings but the KPIs, with their defaults. */
export const settingsSchema = z.strictObject({
  /** Context sizes in tokens, ascending; a series' label is the smallest that holds its context. */
  contextSizes: z
    .array(contextSize)
    .min(1)
    .max(64)
    .default([4_096, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144, 1_048_576])
    .refine((sizes) => sizes.every((size, i) => i === 0 || size > (sizes[i - 1] as number)), {
      error: 'expected ascending sizes, each once',
    }),
  /** Instrumented services and the addresses of their /metrics endpoints. */
  services: z.array(service).default([]),
  /** How often Prometheus scrapes the services. */
  scrapeInterval: duration.default('15s'),
  /** How often a snapshot of every KPI goes to Postgres. Instants are multiples of it. */
  snapshotInterval: duration.default('60s'),
  /** How often rules are evaluated. */
  alertCheckInterval: duration.default('30s'),
  /** Snapshots, closed alert episodes and measurements older than this are dropped. */
  dataRetentionDays: days.default(30),
  /** The same for each kind of data apart; by default `dataRetentionDays`. */
  retention: z
    .strictObject({
      snapshotsDays: days.optional(),
      measurementsDays: days.optional(),
      /** Of alert episodes that are over. */
      alertsDays: days.optional(),
      /** Of the hours that snapshots are added up to: small, and a year and a month of them compares with the last. */
      hourlyDays: days.default(400),
    })
    .prefault({}),
  dashboard: z
    .strictObject({
      /** How often the page asks for new data. */
      refreshInterval: timerDuration.default('10s'),
      /** At most this many points in one chart. */
      maxDataPoints: z.int().min(10).max(11_000).default(1_000),
    })
    .prefault({}),
  /** Sources whose results become measurements. */
  integrations: z
    .strictObject({
      benchmark: changeable(z.boolean()).default(true),
      overflow: changeable(z.boolean()).default(true),
      adaptation: changeable(z.boolean()).default(true),
    })
    .prefault({}),
  alerting: z
    .strictObject({
      /** Whose alerts are one message: those of a service, of a service and KPI, or of a single place. */
      groupBy: changeable(z.enum(['service', 'kpi', 'place'])).default('kpi'),
      /** How long Alertmanager waits before a group's first message, so that all levels and models are in it. */
      groupWait: changeable(duration).default('30s'),
      /** How long it waits after a message before it sends the group's next one. */
      groupInterval: changeable(duration).default('1m'),
      /** How long an unchanged message stays quiet, unless the receiver has a cooldown of its own. */
      repeatInterval: changeable(duration).default('4h'),
      ...notificationSettings,
      /** When this hour is so much worse than the day before that an INFO alert says so: both must hold. */
      trend: z
        .strictObject({
          /** Standard deviations of the day. */
          deviations: changeable(z.number().min(1).max(100)).default(3),
          /** Share of the day's mean. */
          change: changeable(z.number().min(0).max(10)).default(0.1),
        })
        .prefault({}),
      /** Prefix of runbook links. Without it they lead to the recorder, which has a page of every alert. */
      runbookBaseUrl: link.optional(),
    })
    .prefault({}),
  /** Which alerts of a service are one incident. */
  incidents: z
    .strictObject({
      /** Alerts that begin within this time of each other, and one alert that comes back within it. */
      within: changeable(durationOrZero).default('10m'),
    })
    .prefault({}),
  /** Handlers, by name, to which the recorder itself delivers each event of an alert, at least once. */
  handlers: handlersSchema.default({}),
  /** What others add: KPIs, handlers, sections of the report; see `definePlugin`. */
  plugins: z.array(pluginSchema).default([]),
  /** Rule files for other engines, beside those of Prometheus. */
  ruleTargets: z.array(z.enum(['kubernetes', 'mimir', 'thanos', 'victoriametrics'])).default([]),
  /** Where the parts of the pipeline reach one another. */
  /** File with the authority of certificates that no public one has signed, as Prometheus and Alertmanager find it. */
  caFile: z.string().min(1).optional(),
  endpoints: z
    .strictObject({
      prometheus: url.default('http://127.0.0.1:9090'),
      alertmanager: url.default('http://127.0.0.1:9093'),
      recorder: link.default('http://127.0.0.1:9470'),
      /** The recorder's page as people's browsers reach it: messages lead there. */
      page: link.optional(),
      /** Alertmanager as people's browsers reach it: messages lead to a silence there that is filled in. */
      alertmanagerPage: link.optional(),
      /** As people's browsers reach it: alerts lead to its dashboards. Without it they lead to the recorder's page. */
      grafana: link.optional(),
      /**
       * Where people look at traces, such as `https://jaeger.example.com/trace/{traceId}`; `{spanId}` is known too. The
       * operations behind an alert lead there.
       */
      traces: traceLink.optional(),
    })
    .prefault({}),
  /**
   * File with the token or key that Prometheus sends for the recorder's own metrics, as Prometheus finds it. With it, the
   * recorder asks for a key with `read` there. Default: they are open.
   */
  recorderScrapeTokenFile: secretFile.optional(),
  /** The certificate by which Prometheus and Alertmanager sign in at the recorder, as they find it. Default: none. */
  recorderClientCertificate: clientCertificate.optional(),
  /** People whom a proxy in front of the recorder signs in. Default: people sign in with keys. */
  proxySignIn: proxySignIn.optional(),
  /** Further servers that see the same as those of `endpoints`: pairs of Prometheus, clustered Alertmanagers. */
  replicas: z
    .strictObject({
      /** Prometheus that evaluate the same rules. What only one of them sees is an alert too. */
      prometheus: z.array(url).default([]),
      /** Alertmanagers that are asked what still fires. */
      alertmanager: z.array(url).default([]),
      /** Labels by which replicas of one Prometheus differ. */
      labels: z
        .array(z.string().regex(/^[a-zA-Z_]\w*$/, { error: 'expected the name of a label' }))
        .default(['replica', 'prometheus_replica', '__replica__']),
    })
    .prefault({}),
  /** What an edit has to pass where it is applied. The settings in use count, so an edit cannot lift them for itself. */
  changes: z
    .strictObject({
      /** An edit is applied only if its backtest over so much of the past finds no alert that gets worse. Default: without one. */
      backtest: duration.optional(),
      /** So long after an edit that had a backtest, it is taken back if alerts leave the range that was predicted. */
      takeBackWithin: durationOrZero.default('1h'),
    })
    .prefault({}),
  instrumentation: z
    .strictObject({
      /** Label sets a process may have; further ones share one overflow series. */
      maxSeries: z.int().min(1).max(100_000).default(2_000),
      /** A label set without a measurement for so long gives its place to others; its series end. */
      evictAfter: duration.default('1d'),
      /** How long an application's reaction to breaches of one KPI, model and size stays quiet after one call. */
      breachCooldown: duration.default('1m'),
      /** Share of single measurements that go to the recorder with their metadata; breaches always do. */
      measurementSampling: z.number().min(0).max(1).default(0.1),
    })
    .prefault({}),
})

function hasNoLogin(address: string): boolean {
  if (!URL.canParse(address)) return true
  const { username, password } = new URL(address)
  return username === '' && password === ''
}

/** Configurations are never changed in place, and may be written `as const`. */
type DeepReadonly<T> = T extends (...parameters: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

export type Settings = DeepReadonly<z.output<typeof settingsSchema>>
export type SettingsInput = DeepReadonly<z.input<typeof settingsSchema>>
export type BuiltInKpiInput = WithSource<DeepReadonly<z.input<typeof builtInKpiSchema>>>
export type CustomKpiInput = WithSource<DeepReadonly<z.input<typeof customKpiSchema>>>

/** A source can be the name of a published metric. */
type WithSource<Input extends { readonly source?: unknown }> = Omit<Input, 'source'> & {
  readonly source?: Input['source'] | PublishedMetricName
}

export type ProxySignIn = NonNullable<Settings['proxySignIn']>

/** A built-in handler. */
export type HandlerInput = Exclude<Settings['handlers'][string], HandlerFunction>

/** Days after which each kind of data is dropped. */
export type Retention = Readonly<Record<keyof Settings['retention'], number>>

/** How long each kind of data is kept: as `retention` says, where it is silent as `dataRetentionDays` does. */
export function retentionOf({
  retention,
  dataRetentionDays: days,
}: Pick<Settings, 'retention' | 'dataRetentionDays'>): Retention {
  const { snapshotsDays = days, measurementsDays = days, alertsDays = days, hourlyDays } = retention
  return { snapshotsDays, measurementsDays, alertsDays, hourlyDays }
}
