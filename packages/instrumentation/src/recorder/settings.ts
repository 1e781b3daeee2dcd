import {
  type Config,
  contextTokens,
  type KpiOverride,
  type Thresholds,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import type { JudgedBy } from '../record/thresholds-in-use.js'

/** What a running service follows. */
export interface Settings {
  readonly integrations: Config['integrations']
  readonly kpis: Readonly<Record<string, JudgedBy>>
}

/** The settings of a configuration that can be followed. */
export function settingsOf({ integrations, kpis }: Settings): Settings {
  return {
    integrations,
    kpis: Object.fromEntries(
      Object.entries(kpis).map(([id, { thresholds, overrides }]) => [id, { thresholds, overrides }]),
    ),
  }
}

/** The settings in an answer of the recorder; undefined for anything else, and where a part of them is invalid. */
export function readSettings(answer: unknown): Settings | undefined {
  try {
    const { integrations, kpis } = objectIn(answer)
    const { benchmark, overflow, adaptation } = objectIn(integrations)
    return {
      integrations: {
        benchmark: switchIn(benchmark),
        overflow: switchIn(overflow),
        adaptation: switchIn(adaptation),
      },
      kpis: Object.fromEntries(Object.entries(objectIn(kpis)).map(([id, kpi]) => [id, judgedByIn(kpi)])),
    }
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function judgedByIn(value: unknown): JudgedBy {
  const { thresholds, overrides } = objectIn(value)
  if (!Array.isArray(overrides)) throw new TypeError('no list')
  return { thresholds: thresholdsIn(thresholds), overrides: overrides.map(overrideIn) }
}

function overrideIn(value: unknown): KpiOverride {
  const { model, operation, context_size, thresholds } = objectIn(value)
  return {
    ...(model !== undefined && { model: textIn(model) }),
    ...(operation !== undefined && { operation: textIn(operation) }),
    ...(context_size !== undefined && { contextSize: tokensIn(textIn(context_size)) }),
    thresholds: thresholdsIn(thresholds),
  }
}

function thresholdsIn(value: unknown): Thresholds {
  const given = objectIn(value)
  return Object.fromEntries(
    thresholdSeverities
      .filter((level) => given[level] !== undefined)
      .map((level) => {
        if (!Number.isFinite(given[level])) throw new TypeError('no number')
        return [level, given[level]]
      }),
  )
}

function tokensIn(text: string): number {
  const tokens = contextTokens(text)
  if (tokens === undefined) throw new TypeError('no tokens')
  return tokens
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object')
  return value as Record<string, unknown>
}

function switchIn(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('no switch')
  return value
}

function textIn(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text')
  return value
}
