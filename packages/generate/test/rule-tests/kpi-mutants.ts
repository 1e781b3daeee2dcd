import type { Mutant, Subject } from './mutants.js'

/** Defects in the rules of other kinds: of a trend, of a KPI where less is better, of one that is read at every scrape. */
const rulesAndTests = (kpi: string, tests = kpi): Subject => ({
  rules: `prometheus/rules/${kpi}.yml`,
  tests: `prometheus/tests/${tests}.yml`,
})

export const trend = rulesAndTests('f1_score', 'f1_score-trend')
export const drift = rulesAndTests('f1_score', 'f1_score-drift')
export const latency = rulesAndTests('latency')
export const gauge = rulesAndTests('memory_usage')

export const trendMutants: readonly Mutant[] = [
  ['the standard deviations, a hundred times as many', 'ScoreInfo', ' 3 *', ' 300 *'],
  ['the standard deviations, fewer', 'ScoreInfo', ' 3 *', ' 2.5 *'],
  ['the share worth knowing', 'ScoreInfo', '0.1 *', '0.06 *'],
  ['a larger share', 'ScoreInfo', '0.1 *', '0.2 *'],
  ['the direction', 'ScoreInfo', /\((\S+) - (\S+)\)/g, '($2 - $1)'],
  ['the hour that its day contains', 'current_mean_1d', /(avg_over_time\(\S+) offset 1h/, '$1'],
  ['the hour that counts for its day', 'current_mean_1d', /(count_over_time\(\S+) offset 1h/, '$1'],
  ['the hour among the waves of its day', 'current_deviation_1d', ' offset 1h', ''],
  ['the values of a day', 'current_mean_1d', '>= 1440', '>= 14'],
  ['more values of a day', 'current_mean_1d', '>= 1440', '>= 2000'],
  ['half an hour for its mean', 'current_mean_1h', /(avg_over_time\(\S+)\[1h\]/, '$1[30m]'],
  ['half an hour for its values', 'current_mean_1h', /(count_over_time\(\S+)\[1h\]/, '$1[30m]'],
  ['the values of an hour', 'current_mean_1h', '>= 120', '>= 12'],
  ['a level', 'ScoreInfo', 'severity: info', 'severity: warning'],
]

export const driftMutants: readonly Mutant[] = [
  ['the share worth knowing', 'DriftInfo', '0.1 *', '0.06 *'],
  ['a larger share', 'DriftInfo', '0.1 *', '0.2 *'],
  ['the direction', 'DriftInfo', />( 0\.1)/, '<$1'],
  ['the waves of the day before', 'DriftInfo', /deviation_1d/g, 'mean_1d'],
  ['the same day of the week before', 'DriftInfo', /offset 7d/g, 'offset 5d'],
  ['the days of a first week', 'DriftInfo', /offset 3d/g, 'offset 1d'],
  ['the first week', 'DriftInfo', /offset 3d/g, 'offset 30d'],
  ['a level', 'DriftInfo', 'severity: info', 'severity: warning'],
]

export const latencyMutants: readonly Mutant[] = [
  ['what an alert compares', 'LatencyCritical', /:low(\{severity="critical"\} >=)/, ':high$1'],
  ['the share that is allowed', 'LatencyError', /((?:low|high)\S+) >= 0.04\d+/g, '$1 >= 0.06'],
  [
    'the level that is compared',
    'LatencyWarning',
    /:low\{severity="warning"\}/g,
    ':low{severity="critical"}',
  ],
  ['how an alert goes on', 'LatencyCritical', /(:high\S+) >=/, '$1 <'],
]

export const gaugeMutants: readonly Mutant[] = [
  ['an operator of an alert', 'UsageCritical', '>=', '<='],
  ['a threshold', 'UsageWarning', />= \d+/, '>= 8689934592'],
  ['how long a reading counts', ':current', '[30s]', '[5m]'],
  ['the alert of missing data', 'UsageNoData', ' unless ', ' and '],
  ['a level', 'UsageCritical', 'severity: critical', 'severity: error'],
]
