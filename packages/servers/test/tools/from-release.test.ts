import { readdirSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { findTools } from '../../src/tools/find-tool.js'
import { archiveName, checksumIn } from '../../src/tools/from-release.js'
import type { ToolProgress } from '../../src/tools/tool.js'
import { stateDir } from '../fixtures/state-dir.js'
import { type Fault, type ReleaseSite, releaseSite } from './release-site.js'

jest.setTimeout(60_000)

let site: ReleaseSite
let tools: ReturnType<typeof stateDir>
let events: ToolProgress[]

beforeEach(async () => {
  site = await releaseSite()
  tools = stateDir()
  events = []
})
afterEach(async () => {
  await site.close()
  tools.remove()
})

const all = ['prometheus', 'promtool', 'alertmanager', 'amtool'] as const
const find = (names: readonly (typeof all)[number][] = all) =>
  findTools(names, {
    toolsDir: tools.path,
    searchPath: '/nowhere',
    fetchFrom: ['release'],
    releaseBaseUrl: site.url,
    onProgress: (event) => events.push(event),
  })

describe('a release', () => {
  test('is fetched once for both programs of a project, verified, unpacked, and found again', async () => {
    const found = await find()
    expect(Object.values(found).map(({ name, version, source }) => `${name} ${version} ${source}`)).toEqual([
      'prometheus 3.13.2 release',
      'promtool 3.13.2 release',
      'alertmanager 0.33.1 release',
      'amtool 0.33.1 release',
    ])
    expect(site.asked).toHaveLength(4)
    for (const tool of ['prometheus', 'alertmanager'])
      expect(events.filter((event) => event.tool === tool).at(-1)).toMatchObject({ fraction: 1 })
    expect(await find()).toEqual(found)
    expect(site.asked).toHaveLength(4)
  })

  test('has no program that others can change, or that runs as its owner', async () => {
    for (const { command } of Object.values(await find())) {
      const { mode, uid } = statSync(command)
      expect([mode & 0o7777, uid]).toEqual([0o755, process.getuid?.()])
    }
  })

  test('is only fetched of the project that is wanted', async () => {
    await find(['amtool'])
    expect(new Set(site.asked.map((path) => path.split('/')[1]))).toEqual(new Set(['alertmanager']))
  })

  const cases: [Fault, string, RegExp][] = [
    ['wrong-checksum', 'TOOL_CHECKSUM', /does not have the checksum/],
    ['truncated', 'TOOL_MISSING', /prometheus-3.*tar\.gz: /],
    ['missing', 'TOOL_MISSING', /sha256sums\.txt: answered 404/],
    ['unlisted', 'TOOL_MISSING', /sha256sums\.txt does not name/],
    ['silent', 'TOOL_MISSING', /no answer after 5 s/],
  ]
  test.each(cases)(
    'from a site with the fault %s is %s and leaves nothing behind',
    async (fault, code, message) => {
      site.fault = fault
      await expect(find(['prometheus'])).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
        next: expect.stringContaining('Install'),
      })
      expect(readdirSync(tools.path)).toEqual([])
    },
  )

  test('from a site that refuses connections is an error at once, saying why', async () => {
    await site.close()
    await expect(find(['promtool'])).rejects.toThrow(/ECONNREFUSED/)
  })

  test('asked for by several callers at once is complete for all of them', async () => {
    const [first, second, third] = await Promise.all([find(), find(), find()])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
    expect(events.filter(({ message }) => !message.startsWith('downloading'))).toEqual([])
    expect(readdirSync(tools.path).sort()).toEqual(['alertmanager-0.33.1', 'prometheus-3.13.2'])
  })
})

describe('archiveName', () => {
  test.each([
    ['linux', 'x64', 'prometheus-3.13.2.linux-amd64'],
    ['linux', 'arm64', 'prometheus-3.13.2.linux-arm64'],
    ['darwin', 'x64', 'prometheus-3.13.2.darwin-amd64'],
    ['darwin', 'arm64', 'prometheus-3.13.2.darwin-arm64'],
    ['win32', 'x64', undefined],
    ['linux', 'mips', undefined],
  ])('for %s on %s is %s', (platform, arch, name) => {
    expect(archiveName('prometheus', platform, arch)).toBe(name)
  })
})

describe('checksumIn', () => {
  const hex = 'AB'.repeat(32)
  test.each([
    ['the line of the file', `${'0'.repeat(64)}  other\n${hex}  file\n`, hex.toLowerCase()],
    ['a binary-mode line', `${hex} *file\n`, hex.toLowerCase()],
    ['nothing for another file', `${hex}  file.sig\n`, undefined],
    ['nothing for what is no SHA-256', 'abc  file\n', undefined],
    ['nothing in an error page', '<html>file</html>', undefined],
  ])('gives %s', (_what, list, checksum) => {
    expect(checksumIn(list, 'file')).toBe(checksum)
  })
})
