import type { Piece } from './before-lines.js'
import { formatDuration } from './time.js'

/** How sure the judge is of a value, as an answer of `GET /api/episodes/{id}/evidence` has it. */
export interface ShownEvidence {
  readonly of: 'value' | 'share'
  readonly value: number | null
  readonly least: number | null
  readonly most: number | null
  readonly allowed: number | null
  readonly lane: 'slow' | 'middle' | 'fast' | null
  readonly operations: number | null
  readonly last_operation: number | null
}

/** What an evidence is about. */
interface Judged {
  readonly unit: string
  /** Of the alert; null where none is active. */
  readonly threshold: number | null
  /** Unix seconds of the evaluation. */
  readonly at: number
}

const lanes = {
  slow: 'the middle and the slow lane',
  middle: 'the middle lane',
  fast: 'the fast lane',
} as const

/** How sure the judge is, by which lane, and by how many operations. The page and `explain` say it so. */
export function evidencePieces(
  { of, value, least, most, allowed, lane, operations, last_operation: last }: ShownEvidence,
  { unit, threshold, at }: Judged,
): Piece[] {
  const limits = threshold === null ? [] : [threshold]
  const shown = (number: number): Piece =>
    of === 'share' ? percent(number) : { value: number, unit, limits }
  const isOfNewest =
    of === 'value' && value !== null && least !== null && most !== null && (value < least || value > most)
  const range =
    least === null || most === null
      ? ['not near a threshold']
      : [
          // The value has not come that far yet.
          isOfNewest ? 'the newest operations: ' : '',
          ...(of === 'value' && lane !== null ? ['certainly '] : []),
          ...[shown(least), ' to ', shown(most)],
          ...(of === 'share'
            ? [
                ` of operations at or beyond ${threshold === null ? 'the threshold' : ''}`,
                ...(threshold === null ? [] : [{ value: threshold, unit }]),
                `, allowed ${percent(allowed ?? 0)}`,
              ]
            : []),
        ]
  const count =
    operations === null
      ? ''
      : ` of about ${Math.max(1, Math.round(operations)).toLocaleString('en-US')} operations`
  const proof =
    lane !== null
      ? `; proven by ${lanes[lane]}${count}`
      : `${threshold !== null && least !== null ? '; no lane proves it now, and it is not certainly over' : ''}; middle lane${count}`
  const newest = last === null || at - last < 1 ? '' : `; the newest ${formatDuration(at - last)} before`
  return [...range, proof, newest].filter((piece) => piece !== '')
}

/** In the place of evidence, where there is none. */
export const nothingProven = 'Not known: Prometheus has nothing of it.'

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`
}
