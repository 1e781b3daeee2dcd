import type { Mutant, Subject } from './mutants.js'

/** Defects in the rules of other kinds: of a trend, of a KPI where less is better, of one that is read at every scrape. */
const rulesAndTests = (kpi: string, tests = kpi): Subject => ({
  rules: `prometheus/rules/${kpi}.yml`,
  tests: `prometheus/tests/${tests}.yml`,
})

export const trend = rulesAndTests('f1_score', 'f1_score-trend')
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

export const latencyMutants: readonly Mutant[] = [
  ['an operator of an alert', 'LatencyCritical', '>= 20', '<= 20'],
  ['an operator without the threshold itself', 'LatencyError', '>= 10)', '> 10)'],
  ['a threshold', 'LatencyWarning', '>= 5)', '>= 5.1)'],
  ['a resolve threshold', 'LatencyCritical', '>= 19.6', '>= 20'],
  ['the quantile', ':p95', '0.95', '0.5'],
  ['the samples asked for', ':judged_4m', '>= 3', '>= 30'],
  ['buckets of another window', '_bucket:increase', '[4m]', '[1m]'],
]

export const gaugeMutants: readonly Mutant[] = [
  ['an operator of an alert', 'UsageCritical', /current >= (\d+)\)/, 'current <= $1)'],
  ['a threshold', 'UsageWarning', '8589934592)', '8689934592)'],
  ['the largest of several readings', ':max_1m', 'max_over_time', 'min_over_time'],
  ['the window', ':max_1m', '[1m]', '[2m]'],
  ['the alert of missing data', 'UsageNoData', ' unless ', ' and '],
  ['a level', 'UsageCritical', 'severity: critical', 'severity: error'],
]
