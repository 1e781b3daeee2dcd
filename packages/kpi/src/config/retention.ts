import type { Settings } from './schema.js'

/** Days after which each kind of data is dropped. */
export type Retention = Readonly<Record<keyof Settings['retention'], number>>

/** How long each kind of data is kept: as `retention` says, where it is silent as `dataRetentionDays` does. */
export function retentionOf({
  retention,
  dataRetentionDays: days,
}: Pick<Settings, 'retention' | 'dataRetentionDays'>): Retention {
  const { snapshotsDays = days, measurementsDays = days, alertsDays = days, hourlyDays } = retention
  return { snapshotsDays, measurementsDays, alertsDays, hourlyDays }
}
