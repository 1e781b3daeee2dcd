import { durationSeconds } from '@mnemoscope/kpi'
import { easedFor } from '../../packages/generate/src/alerts/eased.js'
import type { Stream } from './story.js'
import { begins } from './verdict.js'

/** A notification about an alert of a stream. */
export interface Notice {
  readonly model: string
  readonly severity: string
  readonly status: 'firing' | 'resolved'
  /** When its alert began, in seconds from the beginning of the story. */
  readonly from: number
}

/** What the receiver that gets every alert by itself was told of one stream. */
export interface Notices {
  /** Notifications that an alert fires, and that it is over. */
  readonly told: number
  readonly ended: number
  /**
   * Notifications that had to come and did not: of the worst level of a breach both, of a milder one, which a worse one
   * mutes once it fires, and of what may be noise, the end of what was told.
   */
  readonly untold: number
  /** Notifications beyond one of each kind for each level and seeded span, and those of nothing that was seeded. */
  readonly repeated: number
}

/**
 * Counts what was notified of a stream against what was seeded.
 * @param slack seconds after a seeded span in which its alert may begin
 */
export function noticesOf(stream: Stream, notices: readonly Notice[], slack: number): Notices {
  const own = notices.filter(({ model }) => model === stream.model)
  const ofStatus = (of: readonly Notice[], status: Notice['status']) =>
    of.filter((notice) => notice.status === status).length
  const worst = stream.levels.at(-1)
  const counts = begins({ expected: messages(stream.expected) }, slack).flatMap(({ from, to }) =>
    stream.levels.map((severity) => {
      const of = own.filter(
        (notice) => notice.severity === severity && notice.from >= from && notice.from <= to,
      )
      const [firing, resolved] = [ofStatus(of, 'firing'), ofStatus(of, 'resolved')]
      const due = stream.mustAlert && severity === worst ? 1 : Math.min(firing, 1)
      return {
        all: of.length,
        untold: Math.max(0, due - firing) + Math.max(0, due - resolved),
        repeated: Math.max(0, firing - 1) + Math.max(0, resolved - 1),
      }
    }),
  )
  const total = (key: 'all' | 'untold' | 'repeated') => counts.reduce((sum, count) => sum + count[key], 0)
  return {
    told: ofStatus(own, 'firing'),
    ended: ofStatus(own, 'resolved'),
    untold: total('untold'),
    repeated: total('repeated') + own.length - total('all'),
  }
}

/**
 * The spans of one message each. The end of a level is held back while its service and KPI are in breach elsewhere, as they
 * are here: what comes again by then is told neither as new nor as over in between.
 */
function messages(
  spans: readonly { readonly from: number; readonly to: number }[],
): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of spans) {
    const last = merged.at(-1)
    if (last !== undefined && from - last.to < durationSeconds(easedFor)) last.to = to
    else merged.push({ from, to })
  }
  return merged
}
