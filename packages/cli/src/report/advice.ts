import { type Config, durationSeconds } from '@mnemoscope/kpi'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { incidentsOf } from '../backtest/incidents.js'
import { suggestionsFor } from '../backtest/suggestions.js'
import { serverUrl } from '../prometheus-client.js'
import type { Advice } from './review.js'

/** A time, ISO 8601. */
interface Window {
  readonly from: string
  readonly to: string
}

/** What `suggest` says of a time, with today's configuration; why it says nothing where it can't. @param recorder its address */
export async function adviceFor(
  recorder: string,
  { from, to }: Window,
  { config, folder }: { readonly config: Config; readonly folder: string },
  prometheusUrl?: string,
): Promise<Advice> {
  try {
    const url = serverUrl('prometheus', {
      ...{ given: prometheusUrl, folder, configured: config.endpoints.prometheus },
    })
    const step = durationSeconds(config.alertCheckInterval)
    const aligned = (time: string) => Math.floor(Date.parse(time) / 1_000 / step) * step
    const range = { start: aligned(from), end: aligned(to), step }
    return await suggestionsFor({ url, config, range }, (kpi) => incidentsOf(recorder, kpi, { from, to }))
  } catch (error) {
    if (!(error instanceof MnemoscopeError)) throw error
    return { missing: `${error.message.replace(/\.$/, '')}.` }
  }
}
