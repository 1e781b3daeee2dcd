import { names } from '@mnemoscope/kpi'

/** Labels of one series: as OpenTelemetry attributes, and as the text between the braces of an exposition line. */
export interface LabelSet {
  readonly attributes: Readonly<Record<string, string>>
  /** `model="gpt-4o",context_size="131072"`; empty where there are no labels. */
  readonly text: string
}

/** What an accumulator knows about its series. */
export interface Series {
  readonly labels: LabelSet
  /** Milliseconds since the epoch. The counts of the series are since then. Moves if the clock is set back to before it. */
  createdAt: number
  /** Takes each value outside the accumulator's fast range, and decides what happens to it. Never throws. */
  readonly slowPath: (value: unknown) => void
  /** The accumulator that counts for these labels now: after an eviction it can be another one. Not set for series that are never evicted. */
  readonly active?: () => object
}

/**
 * Makes a label set. Names are changed into valid Prometheus names, values are escaped, the order is kept. Attributes
 * that become the same label share it, as the specification says: Prometheus refuses a scrape with a repeated label.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-attributes
 */
export function labelSet(attributes: Readonly<Record<string, string>>): LabelSet {
  const byLabel = new Map<string, string[]>()
  for (const name of Object.keys(attributes)) {
    const label = prometheusLabel(name)
    byLabel.set(label, [...(byLabel.get(label) ?? []), name])
  }
  const text = [...byLabel]
    .map(([label, names]) => {
      const value = names
        .sort()
        .map((name) => attributes[name])
        .join(';')
      return `${label}="${escapeLabelValue(value)}"`
    })
    .join(',')
  return { attributes, text }
}

/** A label set with more labels at its end. */
export function withLabels(base: LabelSet, more: Readonly<Record<string, string>>): LabelSet {
  const added = labelSet(more)
  const separator = base.text !== '' && added.text !== '' ? ',' : ''
  return {
    attributes: { ...base.attributes, ...more },
    text: `${base.text}${separator}${added.text}`,
  }
}

/** The Prometheus name of an attribute: invalid characters become underscores. */
function prometheusLabel(attribute: string): string {
  const name = attribute.replace(/[^a-zA-Z0-9_]/g, '_')
  return /^(?:[0-9]|$)/.test(name) ? `_${name}` : name
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information */
function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value
}

/** Length limit of a label value, in UTF-16 code units. The configuration has the same limit. */
export const maxLabelLength = 128

/**
 * A valid label value: text of 1 to 128 UTF-16 code units, well formed, without control characters. A value that is
 * empty or not text becomes `_unknown`; control characters become `_`; longer text is cut.
 */
export function cleanLabel(value: unknown): string {
  if (typeof value !== 'string' || value === '') return names.standIn.unknown
  // Half a surrogate pair, from the caller or from the cut, can't be encoded.
  return value
    .slice(0, maxLabelLength)
    .replace(/\p{Cc}/gu, '_')
    .replace(/\p{Cs}/gu, '\uFFFD')
}
