import { durationSeconds } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { z } from 'zod'
import { isWithin, timeInterval } from './time-interval.js'

type Labels = Readonly<Record<string, string>>

/** How an Alertmanager leads an alert to a receiver, by its configuration. */
export interface RouteTaken {
  readonly receiver: string
  /** Seconds from the first alert of a group to its first notification. */
  readonly groupWait: number
  /** Seconds between notifications of a group that changes. */
  readonly groupInterval: number
  /** Names of the time intervals that hold notifications back at a time, Unix ms. */
  mutedBy(at: number): readonly string[]
}

/** What an Alertmanager's configuration says of notifications. */
export interface Routing {
  /** Integrations of a receiver, such as `webhook`, each once; none for one that does nothing, or that is not known. */
  integrationsOf(receiver: string): readonly string[]
  /** The routes that an alert takes. */
  routesOf(labels: Labels): readonly RouteTaken[]
}

const names = z.array(z.string()).nullish()
const texts = z.record(z.string(), z.string()).nullish()
const routeFields = {
  receiver: z.string().nullish(),
  matchers: names,
  match: texts,
  match_re: texts,
  continue: z.boolean().nullish(),
  group_wait: z.string().nullish(),
  group_interval: z.string().nullish(),
  mute_time_intervals: names,
  active_time_intervals: names,
}
interface Route extends z.output<z.ZodObject<typeof routeFields>> {
  readonly routes?: Route[] | null | undefined
}
const routeSchema: z.ZodType<Route> = z.object({
  ...routeFields,
  get routes() {
    return z.array(routeSchema).nullish()
  },
})
const intervals = z.array(z.object({ name: z.string(), time_intervals: z.array(timeInterval) })).nullish()
const configurationSchema = z.object({
  route: routeSchema,
  receivers: z.array(z.looseObject({ name: z.string() })).default([]),
  time_intervals: intervals,
  // Its name before 0.24.
  mute_time_intervals: intervals,
})

/** Alertmanager's own defaults. */
const defaults = { receiver: '', groupWait: 30, groupInterval: 300 }

/**
 * Reads Alertmanager's configuration, as `/api/v2/status` gives it.
 * @throws Error if it is not one
 */
export function routingOf(yaml: string): Routing {
  const { route, receivers, ...timed } = configurationSchema.parse(parse(yaml))
  const named = new Map(
    [...(timed.time_intervals ?? []), ...(timed.mute_time_intervals ?? [])].map((each) => [
      each.name,
      each.time_intervals,
    ]),
  )
  const within = remembered((name, at) => (named.get(name) ?? []).some((interval) => isWithin(interval, at)))
  const integrations = new Map(
    receivers.map(({ name, ...configs }) => [
      name,
      Object.entries(configs).flatMap(([key, list]) => {
        const integration = /^(.+)_configs$/.exec(key)?.[1]
        return integration !== undefined && Array.isArray(list) && list.length > 0 ? [integration] : []
      }),
    ]),
  )
  const matchersOf = new Map<Route, Matcher[]>()
  const taken = (node: Route, labels: Labels, parent: typeof defaults): RouteTaken[] => {
    // Read at the first alert that comes here: one that cannot be read tells nothing of alerts that go elsewhere.
    const matchers = matchersOf.get(node) ?? matchersIn(node)
    matchersOf.set(node, matchers)
    if (!matchers.every((matches) => matches(labels))) return []
    const options = {
      receiver: node.receiver || parent.receiver,
      groupWait: node.group_wait ? durationSeconds(node.group_wait) : parent.groupWait,
      groupInterval: node.group_interval ? durationSeconds(node.group_interval) : parent.groupInterval,
    }
    const found: RouteTaken[] = []
    for (const child of node.routes ?? []) {
      const below = taken(child, labels, options)
      found.push(...below)
      if (below.length > 0 && child.continue !== true) break
    }
    if (found.length > 0) return found
    const mutes = node.mute_time_intervals ?? []
    const actives = node.active_time_intervals ?? []
    return [
      {
        ...options,
        mutedBy: (at) => [
          ...mutes.filter((name) => within(name, at)),
          ...(actives.some((name) => within(name, at)) ? [] : actives),
        ],
      },
    ]
  }
  return {
    integrationsOf: (receiver) => integrations.get(receiver) ?? [],
    routesOf: (labels) => taken(route, labels, defaults),
  }
}

type Matcher = (labels: Labels) => boolean

function matchersIn({ matchers, match, match_re }: Route): Matcher[] {
  return [
    ...(matchers ?? []).map(matcherOf),
    ...Object.entries(match ?? {}).map(
      ([name, value]): Matcher =>
        (labels) =>
          (labels[name] ?? '') === value,
    ),
    ...Object.entries(match_re ?? {}).map(([name, value]): Matcher => {
      const expression = whole(value)
      return (labels) => expression.test(labels[name] ?? '')
    }),
  ]
}

/** Of many alerts that are judged at one time, the same intervals are asked for. */
function remembered(within: (name: string, at: number) => boolean): typeof within {
  const known = new Map<string, boolean>()
  let knownAt = Number.NaN
  return (name, at) => {
    if (at !== knownAt) known.clear()
    knownAt = at
    const is = known.get(name) ?? within(name, at)
    known.set(name, is)
    return is
  }
}

/** @throws Error for a text that is no matcher, or a regular expression that only RE2 reads */
function matcherOf(text: string): Matcher {
  const [, name, operator, value] =
    /^\s*("(?:[^"\\]|\\.)*"|[^=!~\s]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Error(`${text} is not a matcher`)
  const [label, wanted] = [unquoted(name), unquoted(value)]
  const isNot = operator?.startsWith('!') ?? false
  const expression = operator?.endsWith('~') ? whole(wanted) : undefined
  const is = (found: string) => (expression === undefined ? found === wanted : expression.test(found))
  return (labels) => is(labels[label] ?? '') !== isNot
}

function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text
}

function whole(expression: string): RegExp {
  return new RegExp(`^(?:${expression})$`, 's')
}
