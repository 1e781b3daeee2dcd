import { configFileIn, loadProject } from '../config-file.js'
import { connectionString, type ReaderAddress, readerAddress } from '../sql/reader-address.js'
import type { QueryAnswer, Sources } from './tool.js'

/** No statement of an assistant runs longer. */
const mostSeconds = 10

/**
 * What is known here to ask: the recorder always, the history where a role that only reads is known, and rules where there is a
 * configuration.
 */
export function sourcesHere(recorder: string): Sources {
  const isConfigured = configFileIn('.') !== undefined
  return {
    recorder,
    query: queryOf(knownReader()),
    explain: isConfigured ? explainOf(recorder) : undefined,
    backtest: isConfigured ? backtestHere : undefined,
  }
}

function knownReader(): ReaderAddress | undefined {
  try {
    return readerAddress()
  } catch {
    return undefined
  }
}

function queryOf(where: ReaderAddress | undefined): Sources['query'] {
  if (where === undefined) return undefined
  return async (sql, most): Promise<QueryAnswer> => {
    const { openReader } = await import('@mnemoscope/recorder')
    const { writeAnswer } = await import('../sql/run-query.js')
    const { jsonText } = await import('../sql/row-text.js')
    const reader = await openReader(connectionString(where), { timeoutSeconds: mostSeconds })
    try {
      let text = ''
      const { isCut } = await writeAnswer(reader.batches(sql), jsonText(), most, async (part) => {
        text += part
        return true
      })
      return { rows: JSON.parse(text), isCut }
    } finally {
      await reader.close()
    }
  }
}

function explainOf(recorder: string): NonNullable<Sources['explain']> {
  return async (alert) => {
    const { explain } = await import('../explain/explain.js')
    const { serverUrl } = await import('../prometheus-client.js')
    const { config, configPath, folder } = await loadProject()
    const configured = config.endpoints.prometheus
    const prometheus = serverUrl('prometheus', { given: undefined, folder, configured })
    return explain({ alert, recorder, prometheus, declared: config.declared, configPath })
  }
}

/** Replays a change of the configuration in use, which can have a patch already. */
const backtestHere: NonNullable<Sources['backtest']> = async (change, hours) => {
  const { assertPatch } = await import('@mnemoscope/kpi')
  const { todaysConfig } = await import('../backtest/today.js')
  const { runBacktest } = await import('../backtest/run.js')
  const { verdictOf } = await import('../backtest/verdict.js')
  const { mergePatch } = await import('../changes/applied-folder.js')
  const { serverUrl } = await import('../prometheus-client.js')
  assertPatch(change)
  const { config: today, folder, patch } = await todaysConfig(undefined, {})
  const { kpis } = (await loadProject(undefined, {}, () => mergePatch(patch, change))).config
  const configured = today.endpoints.prometheus
  const url = serverUrl('prometheus', { given: undefined, folder, configured })
  // A patch changes no interval, and those in use may be the demo's.
  const replayed = await runBacktest(today, { ...today, kpis }, { url, hours })
  return { verdict: verdictOf(replayed), coveredHours: replayed.coveredHours }
}
