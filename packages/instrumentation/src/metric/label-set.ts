/** Labels of one series: as OpenTelemetry attributes, and as they stand between the braces of an exposition line. */
export interface LabelSet {
  readonly attributes: Readonly<Record<string, string>>
  /** `model="gpt-4o",context_size="131072"`; empty where there are no labels. */
  readonly text: string
}

/**
 * Makes a label set; names are made fit for Prometheus, values are escaped, their order is kept. Attributes that become
 * one label share it, as the specification has it: Prometheus refuses a whole scrape where a label comes twice.
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

/** A label set with further labels at its end. */
export function withLabels(base: LabelSet, more: Readonly<Record<string, string>>): LabelSet {
  const added = labelSet(more)
  const separator = base.text !== '' && added.text !== '' ? ',' : ''
  return {
    attributes: { ...base.attributes, ...more },
    text: `${base.text}${separator}${added.text}`,
  }
}

/** The Prometheus name of an attribute: characters that a label name can't have become underscores. */
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
