import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'

const page = readFileSync(join(repository, 'docs/first-version.md'), 'utf8')
const rows = [...page.matchAll(/^\| (.+?) \| .+? \| `(.+?)`: (.+?) \|$/gm)].map(
  ([, fault, file, words]) => [fault, file, words] as [string, string, string],
)

describe('every fault of the first version is held by a test', () => {
  test('all of them are listed', () => {
    expect(rows).toHaveLength(19)
  })

  test.each(rows)('%s', (_, file, words) => {
    expect(existsSync(join(repository, file))).toBe(true)
    const source = readFileSync(join(repository, file), 'utf8').replaceAll(/\s+/g, ' ')
    expect(source).toContain(words)
  })
})
