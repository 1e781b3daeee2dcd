import { names } from '@mnemoscope/kpi'

/** Longest label value, in UTF-16 code units; the configuration takes no longer ones either. */
export const maxLabelLength = 128

/**
 * The value that a label can carry: text of 1 to 128 UTF-16 code units, well formed, without control characters.
 * Anything that is no text, or empty, becomes `_unknown`; control characters become `_`; what is too long is cut.
 */
export function cleanLabel(value: unknown): string {
  if (typeof value !== 'string' || value === '') return names.standIn.unknown
  // Half a surrogate pair, given or left by the cut, can't be encoded.
  return value
    .slice(0, maxLabelLength)
    .replace(/\p{Cc}/gu, '_')
    .replace(/\p{Cs}/gu, '\uFFFD')
}
