import { type Kpi, type Place, type Thresholds, thresholdsAt } from '@mnemoscope/kpi'

/** By what single measurements of a KPI are judged. */
export type JudgedBy = Pick<Kpi, 'thresholds' | 'overrides'>

/** The thresholds of this process: those of its configuration, until others are followed. */
export interface ThresholdsInUse {
  at(kpi: Kpi, place: Place): Thresholds
  /** Takes those of these KPIs, by id. Others keep what they have. */
  follow(kpis: Readonly<Record<string, JudgedBy>>): void
}

/** @param changed called when ranges that depend on thresholds have to be set again */
export function thresholdsInUse(changed: () => void): ThresholdsInUse {
  const followed = new Map<string, JudgedBy>()
  return {
    at: (kpi, place) => thresholdsAt(followed.get(kpi.id) ?? kpi, place),
    follow(kpis) {
      for (const [id, judgedBy] of Object.entries(kpis)) followed.set(id, judgedBy)
      changed()
    },
  }
}
