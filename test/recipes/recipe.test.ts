import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { follow } from './edits.js'
import { recipes } from './recipes.js'
import { writtenRecipe } from './written-recipe.js'

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
