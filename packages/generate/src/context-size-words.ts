/** A context size as people say it: 131072 is `128k`, 200000 is `200k`, 1048576 is `1M`. */
export function contextSizeWords(size: number): string {
  for (const [base, mega, kilo] of [
    [1024, 'M', 'k'],
    [1000, 'M', 'k'],
  ] as const) {
    if (size % base ** 2 === 0) return `${size / base ** 2}${mega}`
    if (size % base === 0) return `${size / base}${kilo}`
  }
  return size.toLocaleString('en-US')
}
