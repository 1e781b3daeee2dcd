/** Follows the written recipes in copies of the repository: `npm run recipe`, with `--json` one figure a line. */
import { parseArgs } from 'node:util'
import { followRecipe, recipes } from './recipes.js'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

for (const name of Object.keys(recipes) as (keyof typeof recipes)[]) {
  const { title, goal } = recipes[name]
  const subject = title.toLowerCase().replace('kpi', 'KPI')
  let value: number | null = null
  try {
    const { edited, made } = await followRecipe(name, true)
    value = edited.length
    process.stderr.write(
      `${title}: edited ${edited.join(', ')}; ${made.length} other files were made from them\n`,
    )
  } catch (error) {
    process.stderr.write(`${title}: ${error instanceof Error ? error.message : error}\n`)
  }
  const ok = value !== null && value <= goal
  if (!ok) process.exitCode = 1
  const figure = { name: `files edited for ${subject}`, value, unit: 'files', goal, ok }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(figure)}\n`
      : `${ok ? '✓' : '✗'} ${figure.name}: ${value ?? 'the recipe fails'} (at most ${goal})\n`,
  )
}
