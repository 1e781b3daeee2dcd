import type { KpiDeclaration, Thresholds } from '../kpi.js'

/** What all KPIs of a store share: each is the newest reading of all its entries. */
const reading = {
  instrument: 'gauge',
  direction: 'lower_is_better',
  statistic: 'newest',
  runbook: 'store-health.md',
} as const

function shareOfEntries<const Title extends string>(
  title: Title,
  description: string,
  thresholds: Thresholds,
) {
  const range = { min: 0, max: 1, integer: false }
  return { ...reading, unit: '1', range, title, description, thresholds } as const satisfies KpiDeclaration
}

function numberOf<const Title extends string>(
  title: Title,
  description: string,
  { unit = '{entry}', integer = true, thresholds = {} as Thresholds } = {},
) {
  const range = { min: 0, max: 1e12, integer }
  return { ...reading, unit, range, title, description, thresholds } as const satisfies KpiDeclaration
}

/**
 * What a reading of a store records, as KPIs for `kpis` of a configuration: `kpis: { ...storeKpis }`. They are no part of
 * the catalog, because only services that read their store have values.
 *
 * Default thresholds of shares follow from what a search returns. Where 5 % of the entries repeat others or say nothing, about
 * one result in twenty is wasted: of ten results, every second search has one. At 20 % it is one of five results, and at 50 % half of
 * what the model reads. An entry that no search has returned for a month does no harm yet, but most stores that people have
 * audited consisted of little else. A secret, and a superseded entry that still comes back, is wrong once.
 */
export const storeKpis = {
  stored_entries: numberOf('Stored entries', 'Entries of the store.'),
  entries_added_per_day: numberOf(
    'Entries added per day',
    'Entries of the store that were created in the last 24 hours.',
  ),
  exact_duplicates: shareOfEntries(
    'Exact duplicates',
    'Share of the entries whose text an earlier entry has too.',
    { warning: 0.05, error: 0.2, critical: 0.5 },
  ),
  near_duplicates: shareOfEntries(
    'Near duplicates',
    'Share of the entries whose text nearly is that of an earlier entry.',
    { warning: 0.05, error: 0.2, critical: 0.5 },
  ),
  tiny_entries: shareOfEntries('Tiny entries', 'Share of the entries with nearly no text, or none.', {
    warning: 0.05,
    error: 0.2,
    critical: 0.5,
  }),
  entries_with_secrets: numberOf('Entries with secrets', 'Entries that hold a password, a key or a token.', {
    thresholds: { error: 1, critical: 100 },
  }),
  never_retrieved: shareOfEntries(
    'Never retrieved',
    'Share of the entries older than 30 days that no search has returned since they were written.',
    { warning: 0.8, error: 0.9, critical: 0.97 },
  ),
  superseded_returned: shareOfEntries(
    'Superseded and returned',
    'Share of the superseded entries that searches still return.',
    { warning: 0.01, error: 0.05, critical: 0.2 },
  ),
  time_since_last_use: numberOf(
    'Time since the last use',
    'Median of the time since an entry was last returned, or written if it never was.',
    { unit: 'd', integer: false, thresholds: { warning: 90, error: 180, critical: 365 } },
  ),
} as const
