/**
 * A text as Postgres can hold it: NUL and halves of surrogate pairs, which neither `text` nor `jsonb` takes, become
 * U+FFFD. Labels come from outside; one such character must not keep a whole snapshot from being stored.
 */
export function storableText(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD')
}

/** The same for each name and value of a set of labels or annotations. */
export function storableTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [storableText(name), storableText(value)]),
  )
}
