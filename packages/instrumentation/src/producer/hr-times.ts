import type { HrTime } from '@opentelemetry/api'

/** Turns milliseconds into times; points of series that came to be at once share theirs. */
export function hrTimes(): (milliseconds: number) => HrTime {
  let last = Number.NaN
  let time: HrTime = [0, 0]
  return (milliseconds) => {
    if (milliseconds !== last) {
      last = milliseconds
      time = hrTime(milliseconds)
    }
    return time
  }
}

/** Seconds and nanoseconds, as OpenTelemetry writes times. */
export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000)
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)]
}
