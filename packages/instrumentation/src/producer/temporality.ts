/** Whether a reader wants totals since the start, or what was added since its own last collection. */
export type Temporality = 'cumulative' | 'delta'
