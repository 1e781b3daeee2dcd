import { byId, element } from './element.js'
import { showList } from './keyed.js'
import { formatDuration, timeOf } from './time.js'

const reasons = {
  prometheus_not_scraping: 'Prometheus scraped nothing: it was down, or had no target',
  rules_not_evaluated: 'Prometheus had not evaluated its rules: it had just started, or they failed',
  prometheus_has_no_data: 'Prometheus holds nothing of that time',
}

/** Stretches of the window of which nothing is known, newest first. */
export function showGaps({ gaps }) {
  byId('gaps-none').hidden = gaps.length > 0
  showList(
    byId('gaps-list'),
    gaps,
    ({ from }) => String(from),
    (gap) => element('li', {}, ...gapText(gap)),
  )
}

/** When nothing was recorded, and why. */
export function gapText({ from, to, instants, reason }) {
  const length = `${instants} snapshot${instants === 1 ? '' : 's'}${to > from ? `, ${formatDuration(to - from)}` : ''}`
  const end = to > from ? [' to ', timeOf(to)] : []
  return [timeOf(from), ...end, ` (${length}): `, reasons[reason] ?? reason.replaceAll('_', ' ')]
}
