import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { allowedLicences, publishedDependencies, thirdPartyPage } from './third-party.js'

const dependencies = publishedDependencies()

test('no package that comes with a published one runs something when it is installed', () => {
  expect(dependencies.length).toBeGreaterThan(50)
  expect(dependencies.filter(({ installScripts }) => installScripts.length > 0)).toEqual([])
})

test('the licence of each is one that asks for nothing but its text and its notices', () => {
  expect(dependencies.filter(({ licence }) => !allowedLicences.includes(licence ?? ''))).toEqual([])
})

test('THIRD-PARTY.md lists them: `npm run generate`', () => {
  expect(readFileSync(join(repository, 'THIRD-PARTY.md'), 'utf8')).toBe(thirdPartyPage(dependencies))
})
