/** Prometheus template that shows an alert's value in a KPI's unit: `{{ $value | humanizeDuration }}`. */
export function humanized(unit: string): string {
  switch (unit) {
    case 's':
      return '{{ $value | humanizeDuration }}'
    case 'By':
      return '{{ $value | humanize1024 }}B'
    case '1':
      return '{{ printf "%.3f" $value }}'
    default:
      return `{{ $value | humanize }} ${unitInWords(unit)}`
  }
}

/** A number with its unit, for people: `20 s`, `25,000 tokens`, `2 GiB`. */
export function inUnit(value: number, unit: string): string {
  if (unit === '1') return String(value)
  if (unit === 'By') return bytes(value)
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unitInWords(unit)}`
}

/** `{token}` is an annotation: it is read as the plural of what it names. */
function unitInWords(unit: string): string {
  const annotation = /^\{(\w+)\}$/.exec(unit)?.[1]
  return annotation === undefined ? unit : `${annotation.replaceAll('_', ' ')}s`
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1)
  return `${Number((value / 1024 ** power).toPrecision(4))} ${units[power]}`
}
