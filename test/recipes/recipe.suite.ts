import { expect, test } from '@jest/globals'
import { followRecipe } from './recipes.js'

// All recipes with the tests that they name: npm run recipe.
test('a KPI that is added by the recipe has rules, dashboards, columns and its row in the documentation', async () => {
  const { edited, goal, made } = await followRecipe('kpi', false)
  expect(edited.length).toBeLessThanOrEqual(goal)
  expect(made).toContain('packages/recorder/schema.sql')
}, 240_000)
