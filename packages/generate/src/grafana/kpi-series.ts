import { type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { aggregate, is, isOneOf } from '../promql.js'
import { levelRank } from './levels.js'
import { selected, variable } from './selection.js'

const { job, model, contextSize, severity } = names.label

/** Name of a series of one place. */
export const placeLegend = `{{${job}}} · {{${model}}} · {{${contextSize}}}`

/** The value of a KPI that is judged, for each selected place. */
export function currentValues(kpi: Pick<Kpi, 'id'>): string {
  return perPlace(selected(names.recordedSeries.current(kpi)))
}

/** The worst of them, as one number. */
export function worstValue(kpi: Pick<Kpi, 'id' | 'direction'>): string {
  const worst = kpi.direction === 'higher_is_better' ? 'min' : 'max'
  return `${worst}(${selected(names.recordedSeries.current(kpi))})`
}

/** The mean of the judged value over the chosen window, for each selected place. */
export function averageValues(kpi: Pick<Kpi, 'id'>): string {
  return perPlace(`avg_over_time(${selected(names.recordedSeries.current(kpi))}[$${variable.window}])`)
}

/** How far the judged value is from that of one chosen window ago. */
export function change(kpi: Pick<Kpi, 'id'>): string {
  const then = `${selected(names.recordedSeries.current(kpi))} offset $${variable.window}`
  return `${currentValues(kpi)} - ${perPlace(then)}`
}

/** Rank of the worst level that fires at each selected place, by these labels. */
export function firingRank(by: readonly string[]): string {
  const ranked = (level: ThresholdSeverity) => {
    const firing = selected('ALERTS', [is('alertstate', 'firing'), is(severity, level)])
    return `${levelRank(level)} * ${firing}`
  }
  return aggregate('max', by, thresholdSeverities.map(ranked).join(' or '))
}

/** Rank of the level in force at each selected place that has any recorded value; 0 where nothing fires. */
export function levelInForce(kpis: readonly Pick<Kpi, 'id'>[]): string {
  const measured = selected('', [isOneOf('__name__', kpis.map(names.recordedSeries.current))])
  return `${firingRank(names.seriesLabels)} or 0 * ${perPlace(measured)}`
}

/** One series for each place, without the name that a recorded series has. */
function perPlace(expression: string): string {
  return aggregate('max', names.seriesLabels, expression)
}
