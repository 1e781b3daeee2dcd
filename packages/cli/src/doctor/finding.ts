/** What doctor looks at, in the order in which it is put right. */
export const subjects = [
  'servers',
  'versions',
  'clocks',
  'scrapes',
  'sources',
  'rules',
  'alertmanager',
  'routes',
  'webhook',
  'recorder',
  'labels',
] as const
export type Subject = (typeof subjects)[number]

/** Something that is missing, contradicts, or is not known. */
export interface Finding {
  readonly subject: Subject
  /** A fixed name, for scripts. */
  readonly code: string
  /** False for what cannot be known now: it is no mistake. */
  readonly isWrong: boolean
  /** What was found, with the value. One or two sentences. */
  readonly text: string
  /** What to do. */
  readonly fix: string
}

type Given = Omit<Finding, 'subject' | 'isWrong'>

/** A finding that is wrong. */
export function wrong(subject: Subject, given: Given): Finding {
  return { subject, isWrong: true, ...given }
}

/** What cannot be known now. */
export function unknown(subject: Subject, given: Given): Finding {
  return { subject, isWrong: false, ...given }
}

/** At most three of several things, as a list in a sentence. */
export function some(things: readonly string[]): string {
  const shown = things.slice(0, 3).join(', ')
  return things.length > 3 ? `${shown} and ${things.length - 3} more` : shown
}
