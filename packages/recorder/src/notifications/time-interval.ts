import { z } from 'zod'

/** Texts of ranges such as `monday:friday` or `-3:-1`, as Alertmanager writes them. */
const ranges = z.array(z.coerce.string()).nullish()

/** A time interval of Alertmanager's configuration: https://prometheus.io/docs/alerting/latest/configuration/#time_interval */
export const timeInterval = z.object({
  times: z.array(z.object({ start_time: z.string(), end_time: z.string() })).nullish(),
  weekdays: ranges,
  days_of_month: ranges,
  months: ranges,
  years: ranges,
  location: z.string().nullish(),
})
export type TimeInterval = z.output<typeof timeInterval>

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
]

/**
 * Whether a time is within an interval, as Alertmanager judges it: each field that is given must contain it.
 * @param at Unix ms
 * @throws RangeError for a time zone that is not known here
 */
export function isWithin(interval: TimeInterval, at: number): boolean {
  const here = localTime(at, interval.location ?? 'UTC')
  const daysInMonth = new Date(Date.UTC(here.year, here.month, 0)).getUTCDate()
  const dayOf = (text: string) => (Number(text) < 0 ? daysInMonth + Number(text) + 1 : Number(text))
  const has = (given: readonly string[] | null | undefined, value: number, read: (text: string) => number) =>
    given == null ||
    given.length === 0 ||
    given.some((range) => {
      const [from = '', to = from] = range.split(':')
      return read(from) <= value && value <= read(to)
    })
  const minutes = ({ start_time, end_time }: NonNullable<TimeInterval['times']>[number]) =>
    minuteOf(start_time) <= here.minute && here.minute < minuteOf(end_time)
  return (
    (interval.times == null || interval.times.length === 0 || interval.times.some(minutes)) &&
    has(interval.weekdays, here.weekday, (text) => placeIn(weekdays, text, 0)) &&
    has(interval.days_of_month, here.day, dayOf) &&
    has(interval.months, here.month, (text) => placeIn(months, text, 1)) &&
    has(interval.years, here.year, Number)
  )
}

/** Place of a name in a list, or the number that is written in its place. */
function placeIn(list: readonly string[], text: string, first: number): number {
  const place = list.indexOf(text.trim().toLowerCase())
  return place < 0 ? Number(text) : place + first
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':')
  return 60 * Number(hours) + Number(minutes)
}

function localTime(at: number, location: string) {
  // Go's name for the time zone of the machine cannot be known from here.
  if (location === 'Local') throw new RangeError('the time zone of Alertmanager is not known')
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: location === '' ? 'UTC' : location, hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    weekday: 'long',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    year: Number(parts.year),
    month: Number(parts.month),
    day: Number(parts.day),
    weekday: weekdays.indexOf(String(parts.weekday).toLowerCase()),
    minute: 60 * Number(parts.hour) + Number(parts.minute),
  }
}
