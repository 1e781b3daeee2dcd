import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { allowedLicences, publishedDependencies, thirdPartyPage } from './third-party.js'

test('no package that comes with a published one runs something when it is installed', () => {
  const dependencies = publishedDependencies()
  expect(dependencies.length).toBeGreaterThan(50)
  expect(dependencies.filter(({ installScripts }) => installScripts.length > 0)).toEqual([])
})

test('the licence of each is one that asks for nothing but its text and its notices', () => {
  expect(publishedDependencies().filter(({ licence }) => !allowedLicences.includes(licence ?? ''))).toEqual(
    [],
  )
})

test('THIRD-PARTY.md lists them: `npm run generate`', () => {
  expect(readFileSync(join(repository, 'THIRD-PARTY.md'), 'utf8')).toBe(
    thirdPartyPage(publishedDependencies()),
  )
})
