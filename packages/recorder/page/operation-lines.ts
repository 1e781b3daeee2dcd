/** What bad operations have more often than others, as an answer of `GET /api/episodes/{id}/operations` has it. */
export interface Difference {
  readonly key: string
  readonly value: string
  readonly bad: number
  readonly of_bad: number
  readonly others: number
  readonly of_others: number
}

/** `tenant acme: 41 of 45 bad operations, and 30 of 950 others`. The page, `explain` and `report` say it so. */
export function differenceText(
  { key, value, bad, of_bad, others, of_others }: Difference,
  comparedWith: 'others' | 'before',
): string {
  const rest = comparedWith === 'before' ? 'of the hour before' : 'others'
  const count = (n: number) => n.toLocaleString('en-US')
  return `${key} ${value === '' ? '""' : value}: ${count(bad)} of ${count(of_bad)} bad operations, and ${count(others)} of ${count(of_others)} ${rest}`
}

/** In the place of differences, where there are none. */
export const nothingDiffers = 'Nothing known of the bad operations sets them apart from others.'

/** Longer texts would hide the other operations: what was asked of a memory may have thousands of characters. */
const mostCharacters = 120

/** What is known of an operation, one text for each: `tenant acme`. The API has all of long ones. */
export function metadataTexts(metadata: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(metadata).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `${key} ${text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text}`
  })
}
