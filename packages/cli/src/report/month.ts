import { MnemoscopeError } from '@mnemoscope/kpi/errors'

/** A month of a time zone, up to now if it is not over. ISO 8601. */
export interface Month {
  /** `November 2026` */
  readonly name: string
  readonly from: string
  readonly to: string
}

/**
 * @param month such as `2026-11`
 * @param timeZone of the IANA database
 * @throws MnemoscopeError USAGE for what is no month, has not begun, or is in no time zone
 */
export function monthOf(month: string, timeZone: string, now: number = Date.now()): Month {
  const [, year = '', number = ''] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? []
  if (year === '') throw refused('--month', month, 'a month such as "2026-11"')
  const offset = offsetsOf(timeZone)
  const midnight = (index: number) => {
    const there = Date.UTC(Number(year), index, 1)
    // The offset at that time may be another one than at midnight in UTC.
    return there - offset(there - offset(there))
  }
  const from = midnight(Number(number) - 1)
  if (from >= now) throw refused('--month', month, 'a month that has begun')
  const name = new Date(Date.UTC(Number(year), Number(number) - 1)).toLocaleDateString('en', {
    ...{ month: 'long', year: 'numeric', timeZone: 'UTC' },
  })
  const to = Math.min(now, midnight(Number(number)))
  return { name, from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/** Milliseconds by which clocks of a time zone are ahead of UTC at a time. */
function offsetsOf(timeZone: string): (at: number) => number {
  const format = formatOf(timeZone)
  return (at) => {
    const parts = Object.fromEntries(
      format.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day, hour, minute, second } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
  } catch {
    throw refused('--time-zone', timeZone, 'a time zone such as "Europe/Berlin" or "UTC"')
  }
}

function refused(option: string, value: string, expected: string): MnemoscopeError {
  return new MnemoscopeError('USAGE', `${option}: ${JSON.stringify(value)}: expected ${expected}`, {
    ...{ value, expected, next: 'Run the command with --help to see its options.' },
  })
}
