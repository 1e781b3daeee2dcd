/** A part of the history that was asked for. */
export interface AskedPart {
  readonly service?: string | undefined
  readonly model?: string | undefined
  readonly operation?: string | undefined
}

/** So many names fit in a sentence. */
const mostNames = 12

/**
 * Why a part of the history has no snapshot: which name does not exist in this time, and those that do.
 * @param known every place that has a snapshot in this time
 * @returns undefined where the time has no snapshot at all, or nothing in particular was asked for
 */
export function missingText(
  asked: AskedPart,
  known: readonly Readonly<Record<keyof AskedPart, string>>[],
): string | undefined {
  const parts = (['service', 'model', 'operation'] as const).flatMap((part) => {
    const name = asked[part]
    return name === undefined ? [] : [{ part, name }]
  })
  if (parts.length === 0 || known.length === 0) return undefined
  const unknown = parts.filter(({ part, name }) => !known.some((place) => place[part] === name))
  if (unknown.length === 0) {
    const all = parts.map(({ part, name }) => `${part} ${JSON.stringify(name)}`).join(', ')
    return `No snapshot in this time has ${all} together.`
  }
  return unknown
    .map(({ part, name }) => {
      const names = [...new Set(known.map((place) => place[part]))].filter((each) => each !== '').sort()
      const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : ''
      const listed = names.length === 0 ? 'none' : `${names.slice(0, mostNames).join(', ')}${more}`
      return `No snapshot in this time has the ${part} ${JSON.stringify(name)}. There is: ${listed}.`
    })
    .join(' ')
}
