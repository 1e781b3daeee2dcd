import { expect, test } from '@jest/globals'
import { followRecipe, recipes } from './recipes.js'

// With the tests that the recipes name: npm run recipe.
test.each(Object.keys(recipes) as (keyof typeof recipes)[])(
  'the recipe for a %s holds: few edits by hand, and the commands make all else',
  async (name) => {
    const { edited, goal, made } = await followRecipe(name, false)
    expect(edited.length).toBeLessThanOrEqual(goal)
    if (name === 'kpi') expect(made).toContain('packages/recorder/schema.sql')
  },
  240_000,
)
