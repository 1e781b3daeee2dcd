import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Edits of a recipe: what a person writes into each file, given its text ('' where the file is new). */
export interface Edits {
  /** What takes the place of `<name>` and the like in the paths. */
  readonly names: Readonly<Record<string, string>>
  /** By path as the recipe has it. */
  readonly files: Readonly<Record<string, (text: string) => string>>
}

/**
 * Makes the edits that a recipe asks for. Only listed files are edited, and each of them.
 * @returns the paths of the edited files
 * @throws Error where the recipe lists a file that needs no edit
 */
export function follow(folder: string, listed: readonly string[], { names, files }: Edits): string[] {
  return listed.map((pattern) => {
    const edit = files[pattern]
    if (edit === undefined) throw new Error(`docs/recipes.md lists ${pattern}, which needs no edit`)
    const path = pattern.replaceAll(/<(\w+)>/g, (_, key: string) => names[key] ?? '')
    const target = join(folder, path)
    const before = existsSync(target) ? readFileSync(target, 'utf8') : ''
    const after = edit(before)
    if (after === before) throw new Error(`the edit of ${path} changes nothing`)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, after)
    return path
  })
}

/** A text with another before the first place that matches. */
export function insertBefore(text: string, place: string, inserted: string): string {
  if (!text.includes(place)) throw new Error(`nothing to insert before: ${place}`)
  return text.replace(place, `${inserted}${place}`)
}

const runbook = `# Answer relevance is too low

\`MnemoscopeAnswerRelevanceCritical\`, \`MnemoscopeAnswerRelevanceError\`, \`MnemoscopeAnswerRelevanceWarning\`

## What it means

Answers do not fit their questions.

## Is it urgent

CRITICAL: act now.

## Look first

1. \`sort(job_model_context_size_operation:mnemoscope_answer_relevance:current)\`

## Usual causes

- Another prompt.

## Fix it

- Take the last deployment back.

## When the alert is wrong

- Thresholds: \`kpis.answer_relevance.thresholds\`.
`

/** A KPI as a person would add it. */
export const kpi: Edits = {
  names: { name: 'answer-relevance' },
  files: {
    'packages/kpi/src/catalog/<name>.ts': () => `import type { KpiDeclaration } from '../kpi.js'

/** How well an answer fits its question, as a judge scores it. */
export const answer_relevance = {
  title: 'Answer relevance',
  description: 'How well answers fit their questions.',
  unit: '1',
  instrument: 'histogram',
  direction: 'higher_is_better',
  range: { min: 0, max: 1, integer: false },
  statistic: 'mean',
  boundaries: [0, 0.25, 0.5, 0.75, 1],
  thresholds: { warning: 0.8, error: 0.7, critical: 0.6 },
} as const satisfies KpiDeclaration
`,
    'packages/kpi/src/catalog/index.ts': (text) =>
      insertBefore(
        insertBefore(
          text,
          'import { context_utilization }',
          "import { answer_relevance } from './answer-relevance.js'\n",
        ),
        '} as const',
        '  answer_relevance,\n',
      ),
    'docs/runbooks/<name>.md': () => runbook,
  },
}

/** A route as a person would add it: how many deployments are known. */
export const route: Edits = {
  names: { feature: 'deployments' },
  files: {
    'packages/recorder/src/<feature>/routes.ts': (text) =>
      insertBefore(
        text,
        '] as const',
        `  route({
    method: 'GET',
    path: '/api/deployments/count',
    summary: 'How many of the newest deployments are known, at most 1,000.',
    access: 'read',
    query: { ...windowQuery, ...serviceQuery },
    answer: z.strictObject({ deployments: z.int() }),
    async handle({ query }, { readers }: Needs) {
      return { deployments: (await deployments(readers, scopeOf(query), 1_000)).length }
    },
  }),
`,
      ),
  },
}

/** A panel as a person would add it: the places with the most alerts that nobody has acknowledged. */
export const panel: Edits = {
  names: { name: 'unacknowledged-alerts', dashboard: 'alert-history' },
  files: {
    'packages/generate/src/grafana/panels/<name>.ts': () => `import { sqlQuery } from '../query.js'
import type { PanelSpec } from '../schema.js'
import { table } from '../table.js'
import { selectedRows } from '../variables.js'

/** Services with open alerts that nobody has acknowledged. */
export function unacknowledgedAlerts(): PanelSpec {
  return table({
    title: 'Not acknowledged',
    description: 'Open alerts that nobody has acknowledged, by service.',
    width: 24,
    height: 6,
    unit: 'none',
    noValue: 'every open alert is acknowledged',
    targets: [
      sqlQuery(\`
SELECT service, count(*) AS alerts
FROM alert_episodes
WHERE ends_at IS NULL
  AND id NOT IN (SELECT episode_id FROM alert_acknowledgements)
  AND \${selectedRows({})}
GROUP BY service
ORDER BY alerts DESC
LIMIT 50\`),
    ],
  })
}
`,
    'packages/generate/src/grafana/dashboards/<dashboard>.ts': (text) =>
      insertBefore(
        insertBefore(
          text,
          'import { postgres, prometheus }',
          "import { unacknowledgedAlerts } from '../panels/unacknowledged-alerts.js'\n",
        ),
        "      { title: 'Episodes',",
        "      { title: 'Not acknowledged', panels: [unacknowledgedAlerts()] },\n",
      ),
  },
}
