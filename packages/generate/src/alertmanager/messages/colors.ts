/** A colour for each level, one for the end, and one for an end that is no recovery: far apart for people who see red and green alike, too. */
export const colors = {
  critical: '#b3261e',
  error: '#e8590c',
  warning: '#f2b705',
  info: '#3b82f6',
  recovered: '#2e7d32',
  ended: '#6b7280',
} as const
