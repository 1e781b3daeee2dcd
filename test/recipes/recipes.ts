import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pagesWithKpiTables } from '../../scripts/kpi-tables.js'
import { contractPaths } from '../../scripts/metric-contract.js'
import { type Copy, copyRepository } from './copy.js'
import { type Edits, follow, kpi, panel, route } from './edits.js'
import { writtenRecipe } from './written-recipe.js'

/** A recipe with what shows that it was followed to its end. */
interface Recipe {
  readonly title: string
  readonly edits: Edits
  /** Files that a person may have to edit, at most. */
  readonly goal: number
  /** What must be there afterwards: a text in a file. */
  readonly shows: Readonly<Record<string, string>>
}

export const recipes: Readonly<Record<'kpi' | 'route' | 'panel', Recipe>> = {
  kpi: {
    title: 'A KPI',
    edits: kpi,
    goal: 3,
    shows: {
      'prometheus/rules/answer_relevance.yml': 'MnemoscopeAnswerRelevanceCritical',
      'prometheus/tests/answer_relevance.yml': 'answer_relevance',
      'grafana/dashboards/kpi-answer-relevance.json': 'Answer relevance',
      'grafana/dashboards/overview.json': 'Answer relevance',
      'packages/recorder/schema.sql': 'AS answer_relevance',
      'docs/configuration.md': '| `answer_relevance` |',
      'docs/runbooks/README.md': 'MnemoscopeAnswerRelevanceError',
    },
  },
  route: {
    title: 'A route',
    edits: route,
    goal: 1,
    shows: { 'packages/recorder/dist/deployments/routes.js': '/api/deployments/count' },
  },
  panel: {
    title: 'A panel',
    edits: panel,
    goal: 2,
    shows: { 'grafana/dashboards/alert-history.json': 'Not acknowledged' },
  },
}

/** What came of following a recipe. */
export interface Followed {
  /** Paths of the files that were edited by hand. */
  readonly edited: readonly string[]
  readonly goal: number
  /** Paths of all other files that changed. */
  readonly made: readonly string[]
}

/**
 * Follows a recipe of `docs/recipes.md` in a copy of the repository: makes the listed edits and runs the listed commands,
 * then the build, the types of the tests and the check for drift.
 * @param withTests false leaves out the `npm test` commands
 * @throws Error where a command fails, or where something that the recipe promises is not there
 */
export async function followRecipe(name: keyof typeof recipes, withTests: boolean): Promise<Followed> {
  const recipe = recipes[name]
  const copy = copyRepository()
  try {
    const written = writtenRecipe(copy.folder, recipe.title)
    const edited = follow(copy.folder, written.files, recipe.edits)
    const commands = written.commands.filter((command) => withTests || !command.startsWith('npm test'))
    for (const command of commands) copy.run(command)
    if (withTests) copy.run('node node_modules/typescript/bin/tsc -p tsconfig.test.json')
    copy.run('node packages/cli/bin/mnemoscope.js check --skip-tools')
    for (const [path, text] of Object.entries(recipe.shows)) {
      const found = readFileSync(join(copy.folder, path), 'utf8')
      if (!found.includes(text)) throw new Error(`${path} does not hold "${text}"`)
    }
    const made = copy.changed().filter((path) => !edited.includes(path))
    const strange = made.filter((path) => !isMade(copy, path))
    if (strange.length > 0)
      throw new Error(`changed, and neither edited nor generated: ${strange.join(', ')}`)
    return { edited, goal: recipe.goal, made }
  } finally {
    copy.remove()
  }
}

/** Whether commands write this file, so that nobody edits it by hand. */
function isMade({ folder }: Copy, path: string): boolean {
  const manifest = 'mnemoscope.generated.json'
  const { files } = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as { files: string[] }
  return [
    manifest,
    'packages/recorder/schema.sql',
    'docs/sql.md',
    ...files,
    ...pagesWithKpiTables,
    ...contractPaths,
  ].includes(path)
}
