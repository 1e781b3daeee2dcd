import { alertKindOf, alertKinds, type Rating } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import { isNight, type LocalTime } from './night.js'

/** What became of one episode: a row of the view `alert_outcomes`. Times are Unix seconds, lengths seconds. */
export interface Outcome {
  readonly id: number
  readonly alert: string
  readonly level: string | null
  readonly kpi: string | null
  readonly service: string | null
  readonly model: string | null
  readonly context_size: string | null
  readonly operation: string | null
  readonly startsAt: number
  readonly toNotice: number | null
  readonly toAcknowledge: number | null
  /** Null while it fires. */
  readonly toRecover: number | null
  readonly rating: Rating | null
  readonly isFlap: boolean
}

const time = (of: string) =>
  z.strictObject({
    median_seconds: z.number().nullable().describe(`Median over ${of}; null without any.`),
    count: z.number().int().describe('How many it is of.'),
  })

/** What a review counts, of one alert or of all. */
export const figuresAnswer = z.strictObject({
  episodes: z.number().int(),
  open: z.number().int().describe('Those that still fire.'),
  useful: z.number().int(),
  noise: z.number().int(),
  precision: z
    .number()
    .nullable()
    .describe('Useful ones of those that people rated, 0 to 1; null where nobody rated one.'),
  to_notice: time('episodes with kept bad operations: from the first bad one to the firing'),
  to_acknowledge: time('acknowledged episodes: from the firing to the first acknowledgement'),
  to_recover: time('episodes that ended: from the firing to the end'),
  flaps: z.number().int().describe('Those that began within 15 minutes of the end of the same alert.'),
  night_pages: z
    .number()
    .int()
    .describe('Those of level error or critical that began from 22:00 to 7:00 in the time zone.'),
  acted_on: z.number().int().describe('Those that somebody acknowledged, or rated as useful.'),
})
export type Figures = DataOf<typeof figuresAnswer>

/** A rule at a place. */
export const reviewedAlertAnswer = figuresAnswer.extend({
  alert: z.string().describe('Name of the alerting rule.'),
  kind: z.enum(alertKinds),
  level: z.string().nullable(),
  metric_type: z.string().nullable().describe('Id of the KPI; null for alerts of the pipeline about itself.'),
  service: z.string().nullable(),
  model: z.string().nullable(),
  context_size: z.string().nullable(),
  operation: z.string().nullable(),
  newest: z.number().int().describe('Id of its newest episode.'),
})
export type ReviewedAlert = DataOf<typeof reviewedAlertAnswer>

/** Episodes that began on one day of the time zone, by level; other levels are in `episodes` only. */
export const dayAnswer = z.strictObject({
  day: z.string().describe('Such as `2026-11-30`.'),
  episodes: z.number().int(),
  info: z.number().int(),
  warning: z.number().int(),
  error: z.number().int(),
  critical: z.number().int(),
  night_pages: z.number().int(),
})
export type ReviewedDay = DataOf<typeof dayAnswer>

/** Levels that wake somebody. */
const pageLevels: readonly (string | null)[] = ['error', 'critical']

/** What a review counts of some episodes. */
export function figuresOf(outcomes: readonly Outcome[], local: LocalTime): Figures {
  const count = (is: (outcome: Outcome) => boolean) => outcomes.filter(is).length
  const useful = count(({ rating }) => rating === 'useful')
  const noise = count(({ rating }) => rating === 'noise')
  const lengths = (of: (outcome: Outcome) => number | null) => {
    const known = outcomes.flatMap((outcome) => of(outcome) ?? [])
    return { median_seconds: median(known), count: known.length }
  }
  return {
    episodes: outcomes.length,
    open: count(({ toRecover }) => toRecover === null),
    useful,
    noise,
    precision: useful + noise === 0 ? null : useful / (useful + noise),
    to_notice: lengths(({ toNotice }) => toNotice),
    to_acknowledge: lengths(({ toAcknowledge }) => toAcknowledge),
    to_recover: lengths(({ toRecover }) => toRecover),
    flaps: count(({ isFlap }) => isFlap),
    night_pages: count((outcome) => isNightPage(outcome, local)),
    acted_on: count(({ toAcknowledge, rating }) => toAcknowledge !== null || rating === 'useful'),
  }
}

/** The review of each rule at each place, those with the most episodes first. */
export function reviewedAlerts(outcomes: readonly Outcome[], local: LocalTime): ReviewedAlert[] {
  const places = groupsBy(outcomes, ({ alert, service, model, context_size, operation }) =>
    JSON.stringify([alert, service, model, context_size, operation]),
  )
  const reviewed = [...places.values()].map((ofPlace): ReviewedAlert => {
    const newest = ofPlace.reduce((a, b) => (b.startsAt >= a.startsAt ? b : a))
    const { id, alert, level, kpi, service, model, context_size, operation } = newest
    return {
      ...{ alert, kind: alertKindOf(alert, kpi), level, metric_type: kpi },
      ...{ service, model, context_size, operation, newest: id },
      ...figuresOf(ofPlace, local),
    }
  })
  return reviewed.toSorted(
    (a, b) => b.episodes - a.episodes || a.alert.localeCompare(b.alert) || a.newest - b.newest,
  )
}

/** How many episodes began on each day that has any, oldest first. */
export function reviewedDays(outcomes: readonly Outcome[], local: LocalTime): ReviewedDay[] {
  const days = groupsBy(outcomes, ({ startsAt }) => local(startsAt).day)
  return [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, ofDay]) => {
      const at = (level: string) => ofDay.filter((outcome) => outcome.level === level).length
      return {
        ...{ day, episodes: ofDay.length },
        ...{ info: at('info'), warning: at('warning'), error: at('error'), critical: at('critical') },
        night_pages: ofDay.filter((outcome) => isNightPage(outcome, local)).length,
      }
    })
}

function isNightPage({ level, startsAt }: Outcome, local: LocalTime): boolean {
  return pageLevels.includes(level) && isNight(local(startsAt).hour)
}

function groupsBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The middle value, of an even number the mean of both in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
