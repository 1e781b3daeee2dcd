import { type Config, configMeaning, inUnit } from '@mnemoscope/kpi'
import { type Difference, leaves } from './differences.js'

/** The most lines of a summary, the last of which may say how many settings more there are. */
const mostLines = 5

/** Settings whose entries have names: an entry that comes or goes is one line, however many settings it has. */
const named = [
  { at: 'kpis', noun: 'KPI' },
  { at: 'handlers', noun: 'Handler' },
  { at: 'alerting.receivers', noun: 'Receiver' },
  { at: 'alerting.muteTimes', noun: 'Mute time' },
] as const

/**
 * What a change of the configuration did, for people: at most five lines, such as `KPI groundedness added` and
 * `F1 score: critical threshold 0.7 → 0.65`. Entries that came or went are first, then thresholds, then all else.
 * @param differences with secrets already masked
 * @param config the new configuration: titles and units; a KPI that is gone is called by the title it had
 */
export function summaryOfChange(differences: readonly Difference[], config: Config): string[] {
  const paths = [...leaves(configMeaning(config)).keys()]
  const entries = new Map<string, { entry: Entry; settings: Difference[] }>()
  const lines: Line[] = []
  for (const difference of differences) {
    const entry = entryOf(difference.path)
    if (entry === undefined) lines.push(line(`${difference.path} ${changed(difference)}`, 2))
    else if (entries.get(entry.path)?.settings.push(difference) === undefined)
      entries.set(entry.path, { entry, settings: [difference] })
  }
  for (const { entry, settings } of entries.values()) {
    const size = paths.filter((path) => entryOf(path)?.path === entry.path).length
    lines.push(...linesOf(entry, settings, config.kpis, size))
  }
  const sorted = lines.toSorted((a, b) => a.rank - b.rank)
  const shown = sorted.length <= mostLines ? sorted : sorted.slice(0, mostLines - 1)
  const rest = sorted.slice(shown.length).reduce((count, { settings }) => count + settings, 0)
  return [...shown.map(({ text }) => text), ...(rest === 0 ? [] : [`${rest} more settings`])]
}

/** Settings whose defaults follow the thresholds: most people need not read of them. */
const followers = ['boundaries', 'assumedDeviation']

interface Line {
  readonly text: string
  /** Lines of a lower rank come first. */
  readonly rank: number
  /** How many settings it is about. */
  readonly settings: number
}

function linesOf(entry: Entry, settings: readonly Difference[], kpis: Config['kpis'], size: number): Line[] {
  const { at, id } = entry
  const title = at === 'kpis' ? titleOf(id, settings, kpis) : id
  const count = settings.length
  if (size === 0) return [line(`${entry.noun} ${title} removed`, 0, count)]
  const isNew = settings.filter(({ before }) => before === undefined).length === size
  if (isNew) return [line(`${entry.noun} ${title} added`, 0, count)]
  if (at !== 'kpis') return [line(`${entry.noun} ${title} changed`, 2, count)]
  return settings.map((setting) => {
    const path = setting.path.slice(entry.path.length + 1)
    const [part, level] = path.split('.')
    if (part === 'thresholds' && level !== undefined)
      return line(`${title}: ${level} threshold ${changed(setting, kpis[id]?.unit)}`, 1)
    return line(`${title}: ${path} ${changed(setting)}`, followers.includes(path) ? 3 : 2)
  })
}

function line(text: string, rank: number, settings = 1): Line {
  return { text, rank, settings }
}

interface Entry {
  readonly at: (typeof named)[number]['at']
  readonly noun: string
  readonly id: string
  /** `kpis.f1_score` */
  readonly path: string
}

/** The named entry that a setting belongs to; undefined for other settings. */
function entryOf(path: string): Entry | undefined {
  const found = named.find(({ at }) => path.startsWith(`${at}.`))
  const id = found && path.slice(found.at.length + 1).split('.')[0]
  return found && id ? { ...found, id, path: `${found.at}.${id}` } : undefined
}

function titleOf(id: string, settings: readonly Difference[], kpis: Config['kpis']): string {
  const removed = settings.find(({ path }) => path === `kpis.${id}.title`)?.before
  return kpis[id]?.title ?? (typeof removed === 'string' ? removed : id)
}

/** `0.7 → 0.65`, `set to 0.65`, `unset (was 0.7)`; of lists and long texts only that they changed. */
function changed({ before, after }: Difference, unit?: string): string {
  const [old, next] = [shown(before, unit), shown(after, unit)]
  // Both are the same where they are secrets.
  if (old === undefined || next === undefined || old === next) return 'changed'
  if (before === undefined) return `set to ${next}`
  return after === undefined ? `unset (was ${old})` : `${old} → ${next}`
}

const longestValue = 40

/** A value in a line; undefined if it is too long for one. */
function shown(value: unknown, unit: string | undefined): string | undefined {
  if (value === undefined) return ''
  if (typeof value === 'number') return unit === undefined ? String(value) : inUnit(value, unit)
  if (typeof value !== 'string' && typeof value !== 'boolean' && value !== null) return undefined
  const text = String(value)
  return text.length <= longestValue ? text : undefined
}
