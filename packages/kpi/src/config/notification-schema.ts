import * as z from 'zod'
import { duration } from '../duration.js'
import { severities } from '../severity.js'
import { secret } from './secrets.js'

/** Who is notified, how often, and when not: everything of Alertmanager but the route to the recorder. */

/** A file that Alertmanager or Prometheus reads a secret from; the secret itself never stands in the configuration. */
export const secretFile = secret(
  'hidden',
  z
    .string()
    .min(1)
    .refine((path) => !/^https?:/i.test(path), { error: 'expected the path of a file with the secret' }),
)

const severity = z.enum(severities)

/** Keys of Alertmanager's that hold a secret or an address with one in it, unless they name a file. */
const secretKey = /(?:password|secret|token|credentials|_key|^api_url|webhook_url|user_key)$/

/** Alertmanager's own receiver settings, for services without a shorthand here. */
const passthrough = z
  .record(
    z.string().regex(/^[a-z]+_configs$/, { error: 'expected a name such as "opsgenie_configs"' }),
    z.array(secret('secret', z.record(z.string(), z.unknown()))),
  )
  .superRefine((configs, context) => {
    for (const [path, key] of secretsIn(configs)) {
      context.addIssue({
        code: 'custom',
        path,
        message: `expected "${key}_file": secrets are read from files only`,
      })
    }
  })

const receiver = z.strictObject({
  /** Levels that are sent to it. */
  severities: z.array(severity).min(1).default(['warning', 'error', 'critical']),
  /** Only these services, KPIs; by default all, and the pipeline's own alerts. */
  services: z.array(z.string().min(1)).min(1).optional(),
  kpis: z.array(z.string().min(1)).min(1).optional(),
  /** Names of `muteTimes` during which nothing is sent to it. */
  mute: z.array(z.string().min(1)).default([]),
  /** How long an unchanged message to it stays quiet, in place of `repeatInterval`. */
  cooldown: duration.optional(),
  webhook: z
    .strictObject({
      /** Without credentials: those go into `tokenFile`. */
      url: secret(
        'secret',
        z
          .url({ protocol: /^https?$/ })
          .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
            error: 'expected a URL without user and password: name a file with a token in tokenFile',
          }),
      ).optional(),
      /** File with the address, in place of `url`: for one that is itself the secret. */
      urlFile: secretFile.optional(),
      /** Sent as bearer token. */
      tokenFile: secretFile.optional(),
    })
    .refine(({ url, urlFile }) => (url === undefined) !== (urlFile === undefined), {
      error: 'expected either url, or urlFile with the path of a file that has it',
    })
    .optional(),
  slack: z
    .union(
      [
        z.strictObject({ apiUrlFile: secretFile, channel: z.string().min(1) }),
        z.strictObject({
          /** A bot's token: with it Slack's messages can change, which those of an incoming webhook cannot. */
          botTokenFile: secretFile,
          channel: z.string().min(1),
          /** `edit`: the message itself changes. `thread`: changes are replies to it. */
          updates: z.enum(['edit', 'thread']).default('thread'),
        }),
      ],
      {
        error:
          'expected { apiUrlFile, channel } of an incoming webhook, or { botTokenFile, channel, updates }',
      },
    )
    .optional(),
  email: z
    .strictObject({
      to: z.string().min(3),
      from: z.string().min(3),
      /** `host:port` of the mail server. */
      smarthost: z
        .string()
        .regex(/^[^\s:]+:\d{1,5}$/, { error: 'expected host:port, such as "smtp.example.org:587"' })
        .refine((address) => Number(/\d+$/.exec(address)?.[0]) <= 65_535, {
          error: 'expected a port of at most 65535',
        }),
      username: z.string().min(1).optional(),
      passwordFile: secretFile.optional(),
      /** Whether a server without STARTTLS gets no mail. */
      requireTls: z.boolean().default(true),
    })
    .refine(({ username, passwordFile }) => (username === undefined) === (passwordFile === undefined), {
      error: 'expected username and passwordFile together, or neither',
    })
    .optional(),
  pagerduty: z.strictObject({ routingKeyFile: secretFile }).optional(),
  opsgenie: z
    .strictObject({
      apiKeyFile: secretFile,
      /** Default: Opsgenie's in the United States. */
      apiUrl: secret('address', z.url({ protocol: /^https?$/ })).optional(),
      /** Name of the team that is responsible. */
      team: z.string().min(1).optional(),
    })
    .optional(),
  /** Microsoft Teams, by a workflow's webhook. */
  teams: z.strictObject({ webhookUrlFile: secretFile }).optional(),
  discord: z.strictObject({ webhookUrlFile: secretFile }).optional(),
  telegram: z.strictObject({ botTokenFile: secretFile, chatId: z.int() }).optional(),
  incidentio: z
    .strictObject({ url: secret('secret', z.url({ protocol: /^https?$/ })), tokenFile: secretFile })
    .optional(),
  other: passthrough.optional(),
})

const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'expected a time of day such as "22:00"' })

const muteTime = z.strictObject({
  times: z
    .array(
      z.strictObject({ start: clock, end: clock }).refine(({ start, end }) => start < end, {
        error: 'expected start before end on the same day: write a night as two times',
      }),
    )
    .min(1)
    .optional(),
  weekdays: z
    .array(z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']))
    .min(1)
    .optional(),
  /** Time zone of the times, such as `'Europe/Berlin'`. */
  location: z
    .string()
    .refine(isTimeZone, { error: 'expected a time zone such as "Europe/Berlin", "Asia/Tokyo" or "UTC"' })
    .default('UTC'),
})

/** Settings below `alerting` that say who is notified. */
export const notificationSettings = {
  /** The oldest Alertmanager that reads the generated files, as major.minor: what it cannot do is refused. */
  alertmanager: z
    .string()
    .regex(/^\d+\.\d+$/, { error: 'expected a version such as "0.35"' })
    .default('0.25'),
  /** File with the recorder's MNEMOSCOPE_TOKEN, as Alertmanager reads it; needed where the recorder has one. */
  recorderTokenFile: secretFile.optional(),
  /** Who is notified, by name. */
  receivers: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/, { error: 'expected a name such as "on-call"' }), receiver)
    .default({}),
  /** Times, by name, during which nothing is sent to a receiver that names them. */
  muteTimes: z.record(z.string().min(1), z.array(muteTime).min(1)).default({}),
  /** An alert that always fires, sent to a receiver that calls for help once it stays away. */
  watchdog: z.strictObject({ receiver: z.string().min(1), every: duration.default('1m') }).optional(),
}

/** Whether a name is one of the IANA time zone database, from which Alertmanager reads zones too. */
function isTimeZone(name: string): boolean {
  // Intl accepts an offset such as "+02:00"; Alertmanager does not.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function secretsIn(value: unknown, path: PropertyKey[] = []): [PropertyKey[], string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]): [PropertyKey[], string][] => {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    return typeof inner === 'string' && secretKey.test(key) ? [[at, key]] : secretsIn(inner, at)
  })
}
