import { catalog, type KpiDeclaration } from '@mnemoscope/kpi'

/** A value that each KPI of the catalog can have, also of those that it may get: 6, the end of its range, or an outcome. */
export const valueOfEach = Object.fromEntries(
  Object.entries<KpiDeclaration>(catalog).map(([id, { outcomes, range }]) => [
    id,
    outcomes?.counted[0] ?? Math.min(range.max, 6),
  ]),
)
