/**
 * The contract of the metrics that services publish, made from the names and the catalog: `registry` for OpenTelemetry weaver,
 * and docs/metrics.md for people.
 *
 *   node --import tsx scripts/metric-contract.ts
 *
 * `npm run generate` does it too, and a test fails where a file differs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  canaryKpis,
  catalog,
  defineConfig,
  type Kpi,
  names,
  outcomesOf,
  prometheusName,
  refusalReasons,
  retrievalKpis,
  storeKpis,
} from '@mnemoscope/kpi'
import { stringify } from 'yaml'

const stability = 'development'
const { model, contextSize, operation, kpi: kpiLabel, reason } = names.label

/** KPIs of the catalog, and those that a configuration can take. */
const kpis = Object.values(defineConfig({ kpis: { ...retrievalKpis, ...canaryKpis, ...storeKpis } }).kpis)

/** One metric that services publish. */
interface Metric {
  readonly name: string
  readonly unit: string
  readonly instrument: Kpi['instrument']
  readonly brief: string
  /** Attributes, each with what to know of it. */
  readonly attributes: readonly { readonly ref: string; readonly note?: string }[]
  readonly boundaries?: readonly number[]
  /** Whether services have it only if the configuration declares the KPI. */
  readonly isDeclared?: boolean
}

const selfBriefs: Readonly<Record<keyof typeof names.instrumentationCounter, [string, string[]]>> = {
  refusals: ['Measurements that were refused because the value is invalid for the KPI.', [kpiLabel, reason]],
  overflows: ['Label sets that were counted in the overflow series, because there were too many.', []],
  repairs: ['Invalid labels that were replaced or corrected.', ['label']],
  drops: ['Single measurements that could not be sent to the recorder.', []],
  failedPushes: ['Pushes over OTLP that failed.', []],
}

/** All metrics, in the order of the catalog. */
export const metrics: readonly Metric[] = [
  ...kpis.flatMap(metricsOf),
  ...Object.entries(names.instrumentationCounter).map(([id, name]): Metric => {
    const [brief, labels] = selfBriefs[id as keyof typeof selfBriefs]
    return { name, unit: '1', instrument: 'counter', brief, attributes: labels.map((ref) => ({ ref })) }
  }),
  {
    ...names.otelProcessStart,
    instrument: 'gauge',
    brief: 'Unix time at which the process began.',
    attributes: [],
  },
  {
    ...names.otelProcessUptime,
    instrument: 'gauge',
    brief: 'Seconds since the process began, by its own monotonic clock.',
    attributes: [],
  },
]

function metricsOf(kpi: Kpi): Metric[] {
  const place = [model, contextSize, operation].map((ref) => ({ ref }))
  const own = Object.keys(kpi.labels).map((ref) => ({ ref }))
  const outcome =
    kpi.outcomes === undefined
      ? []
      : [{ ref: kpi.outcomes.label, note: `One of: ${outcomesOf(kpi).join(', ')}.` }]
  const isDeclared = !Object.hasOwn(catalog, kpi.id)
  const { instrument, description: brief } = kpi
  const measured: Metric = {
    ...names.otelMetric(kpi),
    instrument,
    brief: kpi.outcomes === undefined ? brief : `Outcomes behind this share: ${brief}`,
    attributes: [...place, ...own, ...outcome],
    ...(instrument === 'histogram' ? { boundaries: kpi.boundaries } : {}),
    isDeclared,
  }
  if (instrument === 'gauge') return [measured]
  const latest: Metric = {
    ...names.otelLatest(kpi),
    instrument: 'gauge',
    brief: `Latest value: ${brief}`,
    attributes: [...place, ...own],
    isDeclared,
  }
  return [measured, latest]
}

/** What each attribute is. */
const attributeBriefs: Readonly<Record<string, [brief: string, examples: string[]]>> = {
  [model]: ['Model in use.', ['gpt-4o']],
  [contextSize]: [
    'Class of the context size: the smallest configured number of tokens that holds it, or +Inf.',
    ['8192', '+Inf'],
  ],
  [operation]: ['Kind of operation.', ['search', 'generate']],
  [kpiLabel]: ['Id of a KPI.', ['latency']],
  [reason]: ['Why a measurement was refused.', []],
  label: ['Label that was corrected.', [model, contextSize, operation]],
}

/** Closed lists of values, by attribute. */
const closed = new Map<string, readonly string[]>([
  [reason, refusalReasons],
  ...kpis.flatMap(({ labels }) => Object.entries(labels)),
])
for (const kpi of kpis) {
  if (kpi.outcomes === undefined) continue
  const { label } = kpi.outcomes
  closed.set(label, [...new Set([...(closed.get(label) ?? []), ...outcomesOf(kpi)])])
}

/** The registry as weaver reads it: https://github.com/open-telemetry/weaver/blob/main/schemas/semconv-syntax.md */
export function registry(): { readonly groups: readonly object[] } {
  const attributes = [...new Set(metrics.flatMap((metric) => metric.attributes.map(({ ref }) => ref)))]
  return {
    groups: [
      {
        id: 'registry.mnemoscope',
        type: 'attribute_group',
        display_name: 'Mnemoscope attributes',
        brief: 'Attributes of the metrics of LLM memory systems.',
        attributes: attributes.map(attribute),
      },
      ...metrics.map(({ name, unit, instrument, brief, attributes: refs, boundaries, isDeclared }) => ({
        id: `metric.${name}`,
        type: 'metric',
        metric_name: name,
        brief,
        ...(isDeclared ? { note: 'Only where the configuration declares the KPI.' } : {}),
        stability,
        instrument,
        unit,
        attributes: refs.map(({ ref, note }) => ({
          ref,
          requirement_level: ref === operation ? 'recommended' : 'required',
          ...(note === undefined ? {} : { note }),
        })),
        annotations: {
          prometheus: { name: prometheusName(name, unit, instrument) },
          ...(boundaries === undefined ? {} : { explicit_bucket_boundaries: boundaries }),
        },
      })),
    ],
  }
}

function attribute(id: string): object {
  const [brief, examples] = attributeBriefs[id] ?? ['Outcome that is counted.', []]
  const values = closed.get(id)
  return {
    id,
    type:
      values === undefined ? 'string' : { members: values.map((value) => ({ id: value, value, stability })) },
    brief,
    ...(values === undefined ? { examples } : {}),
    stability,
  }
}

/** The generated part of docs/metrics.md. */
export function metricTables(): string {
  const attributeText = ({ attributes }: Metric) => attributes.map(({ ref }) => `\`${ref}\``).join(', ')
  const rows = metrics.map((metric) => {
    const { name, unit, instrument } = metric
    return `| \`${name}\` | \`${prometheusName(name, unit, instrument)}\` | ${instrument} | \`${unit}\` | ${attributeText(metric)} |`
  })
  const boundaries = metrics.flatMap(({ name, boundaries: edges }) =>
    edges === undefined
      ? []
      : [`| \`${name}\` | ${edges.map((edge) => Number(edge.toPrecision(6))).join(', ')} |`],
  )
  return [
    '| metric | in Prometheus | instrument | unit | attributes |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '| histogram | boundaries |',
    '|---|---|',
    ...boundaries,
  ].join('\n')
}

const header =
  '# Generated by `npm run generate` from the names and the catalog of packages/kpi; do not edit.\n'

/** Paths of the generated files in the repository. */
export const contractPaths = ['registry/mnemoscope.yaml', 'docs/metrics.md'] as const

/** Generated files: path in the repository, and the text that each has to have. */
export function contractFiles(read: (path: string) => string): Map<string, string> {
  const [definitions, page] = contractPaths
  return new Map([
    [definitions, header + stringify(registry(), { lineWidth: 0, aliasDuplicateObjects: false })],
    [
      page,
      read(page).replace(
        /(<!-- metrics -->\n)[\s\S]*?(<!-- \/metrics -->)/,
        (_, begin: string, end: string) => `${begin}\n${metricTables()}\n\n${end}`,
      ),
    ],
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(fileURLToPath(import.meta.url), '../..')
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  for (const [path, text] of contractFiles(read)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
