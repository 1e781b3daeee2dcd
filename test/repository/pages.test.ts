import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { defences } from '../security/defences.js'
import { defendedLines } from '../security/without-defences.js'

const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
/** Pages that people read, by their path in the repository. The corpus of the demo is data. */
const pages = ['', '.github', 'docs', 'examples', 'packages', 'test'].flatMap((folder) => pagesIn(folder))

describe('the pages', () => {
  test('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/alerting.md', 'packages/kpi/README.md']))
  })

  test.each(pages)('%s links to files and headings that exist', (page) => {
    const links = [...withoutCode(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    const broken = links.flatMap(([, path = '', anchor]) => {
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(repository, target))) return [path]
      return anchor === undefined || anchors(target).includes(anchor) ? [] : [`${path}#${anchor}`]
    })
    expect(broken).toEqual([])
  })

  test.each(pages)('%s names npm scripts that exist', (page) => {
    const named = read(page).matchAll(/npm (?:run ([a-z][a-z:-]*)|(start|test)\b)/g)
    const scripts = [...named].map(([, name, short]) => (name ?? short) as string)
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([])
  })

  test('are all listed on the front page, or by the page of their folder', () => {
    const lists = pages.filter((page) => page.endsWith('README.md'))
    const listed = lists.flatMap((list) =>
      [...read(list).matchAll(/\]\(([^)#\s]+\.md|[\w-]+)(?:#[^)]*)?\)/g)].map(([, path]) => {
        const target = join(dirname(list), path as string)
        return target.endsWith('.md') ? target : `${target}/README.md`
      }),
    )
    // Pages of alerts that only some configurations raise are found by their alert.
    const others = pages.filter((page) => !/^(?:README\.md$|\.github\/|docs\/runbooks\/)/.test(page))
    expect(others.filter((page) => !listed.includes(page))).toEqual([])
  })
})

test('each line of the threat model names a test that exists', () => {
  const lines = defendedLines()
  expect(lines.length).toBeGreaterThan(25)
  expect(lines.filter(({ test, path }) => test === '' || !read(path).includes(`'${test}`))).toEqual([])
})

test('each line of the threat model has a defence that can be taken out to see its test fail', () => {
  const lines = defendedLines().filter(({ test }) => !defences.some((each) => test.startsWith(each.test)))
  expect(lines).toEqual([])
  const gone = defences.filter(({ file, from }) => !read(file).includes(from))
  expect(gone).toEqual([])
})

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}

function pagesIn(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isFile()) return path.endsWith('.md') ? [path] : []
    const isSearched = folder !== '' && !/^(?:node_modules|dist|corpus|\..*)$/.test(entry.name)
    return isSearched && path !== 'packages/recorder/runbooks' && entry.isDirectory() ? pagesIn(path) : []
  })
}

function withoutCode(page: string): string {
  return read(page).replaceAll(/^```[\s\S]*?^```$/gm, '')
}

/** Anchors of a page's headings, as code hosts make them. */
function anchors(page: string): string[] {
  if (!page.endsWith('.md')) return []
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
}
