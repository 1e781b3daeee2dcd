import { type AlertKpi, conditionOf } from './alerts.js'
import { type AlertEpisode, ask } from './api.js'
import { kpiCharts } from './chart-data.js'
import { linkTo } from './filters.js'
import { formatValue } from './format.js'
import { placeText } from './review-lines.js'
import { type PictureParts, shareButtons } from './share.js'
import { formatDuration, formatZoned, isoOf, now } from './time.js'

/** What came before and after an alert is shown for at least so long, seconds. */
const leastAround = 1_800

/** Buttons that share an alert, whatever part of the history the page shows. */
export function shareAlert(alert: AlertEpisode, kpi: AlertKpi | undefined, title: string): HTMLSpanElement {
  return shareButtons({
    name: title,
    link: () => linkTo({ hours: 24, alert: String(alert.id) }),
    picture: () => pictureOf(alert, kpi, title),
  })
}

async function pictureOf(
  alert: AlertEpisode,
  kpi: AlertKpi | undefined,
  title: string,
): Promise<PictureParts> {
  const { level, timestamp, ends_at, service, model, context_size, operation, metric_type: id } = alert
  const lasted = (ends_at ?? now()) - timestamp
  const time =
    ends_at === null
      ? `firing for ${formatDuration(lasted)} since ${formatZoned(timestamp)}`
      : `${formatZoned(timestamp)} to ${formatZoned(ends_at)} (${formatDuration(lasted)})`
  const limits = alert.threshold === null ? [] : [alert.threshold]
  const value = kpi && `worst ${formatValue(alert.peak_value, kpi.unit, limits)}`
  const condition =
    kpi && alert.threshold !== null ? `${level ?? 'alert'} at ${conditionOf(alert.threshold, kpi)}` : ''
  const text = {
    title: `${(level ?? 'alert').toUpperCase()}: ${title}`,
    notes: [placeText(alert), [time, value, condition].filter(Boolean).join(' · ')].filter(Boolean),
  }
  if (id === null || model === null) return text
  const around = Math.max(leastAround, lasted / 2)
  const query = {
    ...{ from: isoOf(timestamp - around), to: isoOf(Math.min(now(), timestamp + lasted + around)) },
    ...{
      service: service ?? undefined,
      model,
      context_size: context_size || undefined,
      operation: operation || undefined,
    },
  }
  const [charts, data] = await Promise.all([
    ask('GET /api/charts', { query }),
    ask('GET /api/dashboard', { query }),
  ])
  return { ...text, chart: kpiCharts(charts, data).find((chart) => chart.id === id) }
}
