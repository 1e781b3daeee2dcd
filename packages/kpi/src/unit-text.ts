/** A number with its unit, for people: `20 s`, `25,000 tokens`, `2 GiB`. */
export function inUnit(value: number, unit: string): string {
  if (unit === '1') return String(value)
  if (unit === 'By') return bytes(value)
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unitInWords(unit)}`
}

/** A unit for people: `{token}` is an annotation, and is read as the plural of what it names. */
export function unitInWords(unit: string): string {
  const annotation = /^\{(\w+)\}$/.exec(unit)?.[1]
  return annotation === undefined ? unit : `${annotation.replaceAll('_', ' ')}s`
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1)
  return `${Number((value / 1024 ** power).toPrecision(4))} ${units[power]}`
}
