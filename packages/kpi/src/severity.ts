/** Alert levels from mildest to worst, as written in the label `severity`. */
export const severities = ['info', 'warning', 'error', 'critical'] as const

export type Severity = (typeof severities)[number]

/** The levels that a threshold can raise; `info` comes from trends and configuration changes. */
export const thresholdSeverities = ['warning', 'error', 'critical'] as const

export type ThresholdSeverity = (typeof thresholdSeverities)[number]

/** -1, 0 or 1: whether `a` is milder than, as bad as, or worse than `b`. */
export function compareSeverity(a: Severity, b: Severity): -1 | 0 | 1 {
  return Math.sign(severities.indexOf(a) - severities.indexOf(b)) as -1 | 0 | 1
}
