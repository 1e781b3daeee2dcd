import type { ConfigInput } from '@mnemoscope/kpi'

/** How much shorter than in production times are, and what is told within them. */
export interface Pace {
  /** Seconds that stand for an hour, and for a minute. */
  readonly hour: number
  readonly minute: number
  /** Length of the story in seconds. */
  readonly length: number
  /** When operations of steady streams are bad, in seconds from the beginning. */
  readonly breaches: readonly { readonly from: number; readonly to: number }[]
  /**
   * Which of the hourly operations are bad, the first being 0: from one to the one before another. Of one alone nothing is
   * certain.
   */
  readonly badHours: readonly { readonly from: number; readonly to: number }[]
  /** When values wobble around the warning threshold, and for how long they stay on one side. */
  readonly wobble: { readonly from: number; readonly to: number; readonly side: number }
  /** How often the memory of a model jumps past its threshold, to time the notification. */
  readonly jumps: number
  readonly kpis: NonNullable<ConfigInput['kpis']>
}

/** Operations are forgotten by time as well, and faster the fewer are remembered: seconds instead of minutes. */
const soon = { operations: 1 } as const
const memory = { thresholds: { critical: 1_000_000_000 } } as const

/** A minute and a half: an hour is 6 seconds. */
export const shortPace: Pace = {
  hour: 6,
  minute: 0.5,
  length: 84,
  breaches: [{ from: 10, to: 18 }],
  badHours: [{ from: 1, to: 3 }],
  wobble: { from: 10, to: 31, side: 7 },
  jumps: 12,
  kpis: {
    f1_score: { ...soon, expiry: '15s' },
    latency: { ...soon, expiry: '15s' },
    memory_usage: memory,
  },
}

/** An hour is a minute. */
export const longPace: Pace = {
  hour: 60,
  minute: 1,
  length: 640,
  // The second comes when the end of the first is no longer held back.
  breaches: [
    { from: 60, to: 90 },
    { from: 500, to: 530 },
  ],
  badHours: [{ from: 2, to: 4 }],
  wobble: { from: 90, to: 390, side: 70 },
  jumps: 40,
  kpis: {
    f1_score: { ...soon, expiry: '75s' },
    latency: { ...soon, expiry: '75s' },
    memory_usage: memory,
  },
}
