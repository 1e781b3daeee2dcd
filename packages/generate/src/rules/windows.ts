import type { Kpi } from '@mnemoscope/kpi'

/** A window of a statistic and the samples it needs before its value is trusted. */
export interface Window {
  readonly window: string
  readonly minSamples: number
}

/** The windows of a KPI in the order they are tried: the short one, then the long one for sparse traffic. */
export function windowsOf(kpi: Kpi): Window[] {
  return [
    { window: kpi.window, minSamples: kpi.minSamples },
    { window: kpi.sparseWindow, minSamples: kpi.sparseMinSamples },
  ]
}
