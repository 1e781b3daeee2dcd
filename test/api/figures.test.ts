import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { backUp, outsideContract, withoutSchema } from './figures.js'
import { importsBackUp } from './layers.js'

// The page's types are checked by the build.
test.each([
  ['every operation says what it answers', withoutSchema],
  ['every route of the app is in the contract', outsideContract],
  ['no import of the recorder runs back up', backUp],
])('%s', async (_, figure) => {
  expect((await figure()).found).toEqual([])
})

test('an import of a feature from the toolbox is found', () => {
  const folder = temporaryFolder('layers')
  for (const name of ['http', 'config']) mkdirSync(join(folder.path, name))
  writeFileSync(join(folder.path, 'http/route.ts'), "import { a } from '../config/source.js'\n")
  writeFileSync(join(folder.path, 'config/source.ts'), "import { a } from '../http/route.js'\n")
  expect(importsBackUp(folder.path)).toEqual([{ file: 'http/route.ts', imported: 'config/source' }])
  folder.remove()
})
