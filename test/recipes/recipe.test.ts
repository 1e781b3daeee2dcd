import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { follow } from './edits.js'
import { followRecipe, recipes } from './recipes.js'
import { writtenRecipe } from './written-recipe.js'

// All recipes with the tests that they name: npm run recipe.
test('a KPI that is added by the recipe has rules, dashboards, columns and its row in the documentation', async () => {
  const { edited, goal, made } = await followRecipe('kpi', false)
  expect(edited.length).toBeLessThanOrEqual(goal)
  expect(made).toContain('packages/recorder/schema.sql')
}, 240_000)

test.each(Object.values(recipes))(
  '$title: the recipe lists the files that are edited, and no other',
  (recipe) => {
    expect(writtenRecipe(repository, recipe.title).files).toEqual(Object.keys(recipe.edits.files))
  },
)

test('a recipe that lists a file too many cannot be followed', () => {
  expect(() => follow('/nowhere', ['docs/errors.md'], recipes.panel.edits)).toThrow('needs no edit')
})

test('a recipe that is not written is an error', () => {
  expect(() => writtenRecipe(repository, 'A cake')).toThrow('no recipe "A cake"')
})
