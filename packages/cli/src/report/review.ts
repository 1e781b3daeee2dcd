import { type ReportCell, type ReportSection, thresholdSeverities } from '@mnemoscope/kpi'
import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'
import { placeText, reviewCells, reviewColumns, reviewNote, uncrossedText } from '@mnemoscope/recorder/shown'
import type { Suggestion, TooShort } from '../backtest/suggest.js'
import { inUnit } from './units.js'

export type Review = AnswerOf<'GET /api/alerts/review'>

export const reviewTitle = 'ALERT REVIEW'

/** Rules and places that a report lists; the API has all. */
const mostAlerts = 20

/** What `suggest` says of the time of a review, or why it says nothing. */
export type Advice = readonly (Suggestion | TooShort)[] | { readonly missing: string }

/** Whether alerts deserve their name; no section where none began. @param advice left out where it was not asked for */
export function reviewSections(
  review: Review,
  kpis: DashboardData['kpis'],
  advice?: Advice,
): ReportSection[] {
  if (review.total.episodes === 0) return []
  const { total, alerts } = review
  const suggested = advice !== undefined && !('missing' in advice)
  const last = (cell: ReportCell) => (suggested ? [cell] : [])
  const rows = alerts
    .slice(0, mostAlerts)
    .map((each) => [
      { text: [each.alert, placeText(each)].filter((text) => text !== '').join(', ') },
      ...reviewCells(each).map((text) => ({ text })),
      ...last({ text: suggestedText(each, kpis, suggested ? advice : []) }),
    ])
  const head = ['', ...reviewColumns.map((name) => name.toLowerCase())].map((text) => ({ text }))
  const more = alerts.length - mostAlerts
  const notes = [
    ...(more > 0 ? [`And ${more} more alerts: GET /api/alerts/review has them.`] : []),
    reviewNote,
    ...(review.time_zone === 'UTC' ? [] : [`Nights are those of ${review.time_zone}.`]),
    ...(advice !== undefined && 'missing' in advice ? [`No suggestions: ${advice.missing}`] : []),
  ]
  return [
    {
      title: reviewTitle,
      rows: [
        [...head, ...last({ text: 'suggest' })],
        [{ text: 'all alerts' }, ...reviewCells(total).map((text) => ({ text })), ...last({ text: '' })],
        ...rows,
      ],
      note: { text: notes.join(' ') },
    },
  ]
}

/** Thresholds that nothing crossed; no section without any. */
export function uncrossedSections(
  { never_crossed: uncrossed }: Review,
  kpis: DashboardData['kpis'],
): ReportSection[] {
  if (uncrossed.length === 0) return []
  return [
    {
      title: 'THRESHOLDS NEVER CROSSED',
      rows: [[{ text: '' }], ...uncrossed.map((each) => [{ text: uncrossedText(each, kpis) }])],
      note: {
        text: 'No alert and no snapshot of this time crossed them. They may be right, or too far away to ever help.',
      },
    },
  ]
}

/** What `suggest` would change of an alert's threshold; empty for an alert of no threshold. */
function suggestedText(
  { kind, metric_type: kpi, level }: Review['alerts'][number],
  kpis: DashboardData['kpis'],
  advice: readonly (Suggestion | TooShort)[],
): string {
  const severity = thresholdSeverities.find((each) => each === level)
  const found = advice.find((each) => each.kpi === kpi)
  if (kind !== 'threshold' || severity === undefined || found === undefined) return ''
  if (!('proposed' in found)) return 'too little past'
  const { today, proposed } = found
  const unit = kpis.find(({ id }) => id === kpi)?.unit ?? found.unit
  const [from, to] = [today[severity], proposed[severity]]
  if (to === undefined) return 'nothing fits'
  if (from?.threshold === to.threshold) return 'keep'
  const cost = `${to.alertsPerWeek} a week`
  return from === undefined
    ? `${inUnit(to.threshold, unit)} (${cost})`
    : `${inUnit(from.threshold, unit)} → ${inUnit(to.threshold, unit)} (${cost})`
}
