import { formatChange, formatValue } from './format.js'
import { formatDuration } from './time.js'

/** A piece of a line: a text, or what the page shows in a way of its own. */
export type Piece =
  | string
  | { readonly time: number }
  | {
      readonly value: number | null
      readonly unit: string
      /** Values on whose side it is to show. */
      readonly limits?: readonly number[]
    }
  | { readonly level: string | null }
  | { readonly strong: string }
  | { readonly verdict: 'worse' | 'better'; readonly text: string }

/** Something that came before an alert. */
export interface BeforeLine {
  readonly pieces: readonly Piece[]
  /** For a change of the configuration: its place among them. */
  readonly configChange?: number
}

interface Kpi {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly direction: 'higher_is_better' | 'lower_is_better'
}

export interface Gap {
  readonly from: number
  readonly to: number
  readonly instants: number
  readonly reason: string
}

/** What an answer of `GET /api/episodes/{id}` says of the time before the episode. Times are Unix seconds. */
export interface Detail {
  readonly timestamp: number
  readonly metric_type: string | null
  readonly transitions: readonly { readonly kind: string }[]
  readonly before: {
    readonly moved: readonly {
      readonly kpi: string
      readonly before: number | null
      readonly since: number | null
    }[]
    readonly config_changes: readonly {
      readonly at: number
      readonly by: string
      readonly summary: readonly string[]
    }[]
    readonly deployments: readonly {
      readonly at: number
      readonly service: string
      readonly version: string
      readonly previous_version: string | null
      readonly by: string | null
    }[]
    readonly alerts: readonly {
      readonly level: string | null
      readonly message: string
      readonly timestamp: number
      readonly ends_at: number | null
    }[]
    readonly gaps: readonly Gap[]
  }
}

/**
 * Everything on record of what came before an alert, what moved first. The page, `top`, `report` and `explain` have these
 * lines. Empty where nothing is on record; `nothingBefore` says it.
 * @param kpis by id; one that is configured no longer is called by its id
 */
export function beforeLines(
  { timestamp, metric_type: own, before, transitions }: Detail,
  kpis: ReadonlyMap<string, Kpi>,
): BeforeLine[] {
  const earlier = (at: number) =>
    timestamp - at < 1 ? 'at the same moment' : `${formatDuration(timestamp - at)} before`
  const reopened = transitions.filter(({ kind }) => kind === 'reopened').length
  return [
    ...before.moved.map((moved) => ({ pieces: movedPieces(moved, kpis.get(moved.kpi), moved.kpi === own) })),
    ...before.config_changes.map(({ at, by, summary }, configChange) => ({
      pieces: [
        `Configuration changed ${earlier(at)}, at `,
        { time: at },
        ` by ${by}`,
        ...(summary.length === 0 ? [] : [`: ${summary.join('; ')}`]),
      ],
      configChange,
    })),
    ...before.deployments.map(({ at, service, version, previous_version: previous, by }) => ({
      pieces: [
        `${service} deployed ${earlier(at)}, at `,
        { time: at },
        by === null ? ': ' : ` by ${by}: `,
        previous === null ? `version ${version}` : `version ${previous} → ${version}`,
      ],
    })),
    ...before.alerts.map(({ level, message, timestamp: at, ends_at }) => ({
      pieces: [
        { level },
        ` ${message}, ${earlier(at)}, `,
        ...(ends_at === null ? ['still firing'] : ['ended at ', { time: ends_at }]),
      ],
    })),
    ...before.gaps.map((gap) => ({ pieces: ['No snapshots: ', ...gapPieces(gap)] })),
    ...(reopened === 0 ? [] : [{ pieces: [`This alert ended and came back ${reopened} times`] }]),
  ]
}

/** In the place of lines, where there are none. */
export const nothingBefore =
  'Nothing on record: no other KPI of this series moved, and no alert, gap, deployment or change of the configuration came before.'

/** A KPI that left its range of the hour before. */
function movedPieces(
  { kpi: id, before, since }: Detail['before']['moved'][number],
  kpi: Kpi | undefined,
  isOwn: boolean,
): Piece[] {
  const title = kpi?.title ?? id
  const unit = kpi?.unit ?? ''
  return [
    isOwn ? { strong: title } : title,
    ' went from ',
    { value: before, unit },
    ' to ',
    { value: since, unit },
    ...(kpi && before !== null && since !== null ? [verdictPiece(kpi, before, since)] : []),
  ]
}

function verdictPiece({ direction }: Kpi, before: number, since: number): Piece {
  const verdict = since < before === (direction === 'higher_is_better') ? 'worse' : 'better'
  const share = formatChange(before, since)
  return { verdict, text: ` (${share && `${share}, `}${verdict})` }
}

const reasons: Readonly<Record<string, string>> = {
  prometheus_not_scraping: 'Prometheus scraped nothing: it was down, or had no target',
  rules_not_evaluated: 'Prometheus had not evaluated its rules: it had just started, or they failed',
  prometheus_has_no_data: 'Prometheus has no data of that time',
}

/** When nothing was recorded, and why. */
export function gapPieces({ from, to, instants, reason }: Gap): Piece[] {
  const length = `${instants} snapshot${instants === 1 ? '' : 's'}${to > from ? `, ${formatDuration(to - from)}` : ''}`
  const end = to > from ? [' to ', { time: to }] : []
  return [{ time: from }, ...end, ` (${length}): `, reasons[reason] ?? reason.replaceAll('_', ' ')]
}

/** A line as text. @param timeText how a time is written */
export function lineText({ pieces }: BeforeLine, timeText: (seconds: number) => string): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      if ('time' in piece) return timeText(piece.time)
      if ('value' in piece) return formatValue(piece.value, piece.unit, piece.limits)
      if ('level' in piece) return (piece.level ?? 'alert').toUpperCase()
      return 'strong' in piece ? piece.strong : piece.text
    })
    .join('')
}
