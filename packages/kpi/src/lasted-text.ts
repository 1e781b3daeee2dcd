/** How long something lasted, as messages write it: `2 min 30 s`. */
export function lastedText(seconds: number): string {
  const rounded = Math.round(seconds)
  const parts: [number, string][] = [
    [Math.floor(rounded / 86_400), 'd'],
    [Math.floor(rounded / 3_600) % 24, 'h'],
    [Math.floor(rounded / 60) % 60, 'min'],
    [rounded % 60, 's'],
  ]
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return shown.length === 0 ? '0 s' : shown.join(' ')
}
