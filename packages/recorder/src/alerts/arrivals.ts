/** How long an alert of somebody else is worth a notice. */
const shownForMs = 3_600_000

/** Alerts of somebody else that came by webhook within the last hour. */
export interface ForeignArrivals {
  readonly count: number
  /** Name of the newest one. */
  readonly example: string
}

/** What came by webhook. */
export interface Arrivals {
  /** Counts a notification. @param foreign names of its alerts that are not ours */
  add(foreign: readonly string[], now?: number): void
  /** Undefined if there were none. */
  foreign(now?: number): ForeignArrivals | undefined
  /** How many notifications came since the recorder began, and when that was, Unix ms. */
  taken(): { readonly since: number; readonly taken: number }
}

/** Keeps, for each minute of the last hour, how many foreign alerts came. */
export function countArrivals(): Arrivals {
  const minutes = new Map<number, number>()
  const since = Date.now()
  let taken = 0
  let example = ''
  const forget = (now: number) => {
    for (const minute of minutes.keys()) if (minute < now - shownForMs) minutes.delete(minute)
  }
  return {
    add(foreign, now = Date.now()) {
      taken++
      const newest = foreign.at(-1)
      if (newest === undefined) return
      forget(now)
      example = newest
      const minute = now - (now % 60_000)
      minutes.set(minute, (minutes.get(minute) ?? 0) + foreign.length)
    },
    foreign(now = Date.now()) {
      forget(now)
      const count = [...minutes.values()].reduce((sum, each) => sum + each, 0)
      return count === 0 ? undefined : { count, example }
    },
    taken: () => ({ since, taken }),
  }
}
