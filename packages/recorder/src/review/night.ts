/** Hours of the night where people are, from the first to before the last. */
export const night = { from: 22, to: 7 } as const

/** Whether Intl knows a time zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Reads Unix seconds as a day and an hour of a time zone. */
export type LocalTime = (seconds: number) => { readonly day: string; readonly hour: number }

/**
 * The day (`2026-11-30`) and the hour (0 to 23) where people are, over changes to summer time.
 * @param timeZone a name such as `Europe/Berlin`
 * @throws RangeError where Intl does not know it
 */
export function localTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' },
  })
  return (seconds) => {
    const parts = Object.fromEntries(
      format.formatToParts(new Date(seconds * 1_000)).map(({ type, value }) => [type, value]),
    )
    return { day: `${parts.year}-${parts.month}-${parts.day}`, hour: Number(parts.hour) }
  }
}

/** Whether an hour of the day is at night. */
export function isNight(hour: number): boolean {
  return hour >= night.from || hour < night.to
}
