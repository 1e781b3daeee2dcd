/**
 * Every way in which a boundary is written in the label `le`: as this SDK and OTLP write it, as Go's `%g` does, and as
 * Prometheus 3 rewrites both when it scrapes. 1000000 is `1000000`, `1e+06` or `1000000.0`.
 */
export function boundarySpellings(boundary: number): string[] {
  const plain = plainText(boundary)
  const exponent = exponentText(boundary)
  const all = [String(boundary), plain, exponent]
  return [...new Set([...all, ...all.filter((text) => /^-?\d+$/.test(text)).map((text) => `${text}.0`)])]
}

/** Without an exponent: Go's `%f` with the fewest digits. */
function plainText(value: number): string {
  const [, sign = '', whole = '0', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const digits = whole + part
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** With an exponent where Go's `%g` has one: below 1e-4, and from 1e6, resp. 1e21, on. */
function exponentText(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  const [digits, exponent = ''] = value.toExponential().split('e')
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}
