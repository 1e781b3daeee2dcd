import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { loadProject } from '../src/config-file.js'

const folder = temporaryFolder('config-file')
afterAll(() => folder.remove())
afterEach(() => {
  jest.useRealTimers()
})

let count = 0
function fileWith(text: string): string {
  count += 1
  const path = join(folder.path, String(count))
  mkdirSync(path)
  writeFileSync(join(path, 'mnemoscope.config.ts'), text)
  return join(path, 'mnemoscope.config.ts')
}

describe('a configuration file', () => {
  test('is read with its types, in a folder without node_modules', async () => {
    const path = fileWith(`import { defineConfig, type ConfigInput } from '@mnemoscope/kpi'
      const input: ConfigInput = { scrapeInterval: '7s' }
      export default defineConfig(input)`)
    const { config, folder: projectFolder } = await loadProject(path)
    expect(config.scrapeInterval).toBe('7s')
    expect(join(projectFolder, 'mnemoscope.config.ts')).toBe(path)
  })

  test('that awaits what never comes is refused, and not taken for a success', async () => {
    const path = fileWith('await new Promise(() => {})\nexport default {}')
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
    const refused = expect(loadProject(path)).rejects.toMatchObject({
      code: 'CONFIG_NOT_LOADABLE',
      message: expect.stringContaining('not loaded after 30 s'),
    })
    while (jest.getTimerCount() === 0) await setImmediate()
    jest.runOnlyPendingTimers()
    await refused
  })

  test('is laid over the defaults it is given, key by key', async () => {
    const path = fileWith(`export default { scrapeInterval: '7s', kpis: { latency: { operations: 5 } } }`)
    const { config } = await loadProject(path, {
      scrapeInterval: '5s',
      snapshotInterval: '15s',
      kpis: { latency: { expiry: '1m', operations: 9 } },
    })
    expect(config).toMatchObject({
      scrapeInterval: '7s',
      snapshotInterval: '15s',
      kpis: { latency: { expiry: '1m', operations: 5 } },
    })
  })

  test.each([
    ['is refused where it does not parse', 'export default {', 'CONFIG_NOT_LOADABLE'],
    ['is refused where it throws', 'throw new Error("no")', 'CONFIG_NOT_LOADABLE'],
    ['is refused where it exports no object', 'export default 5', 'CONFIG_INVALID'],
    ['is refused where it exports another name', 'export const a = 1', 'CONFIG_INVALID'],
    [
      'is refused where it exports nothing',
      `import { defineConfig } from '@mnemoscope/kpi'\ndefineConfig({ scrapeInterval: '7s' })`,
      'CONFIG_NOT_LOADABLE',
    ],
    ['is refused where it is empty', '', 'CONFIG_NOT_LOADABLE'],
    ['is refused where a key is no key', `export default JSON.parse('{"__proto__":{}}')`, 'CONFIG_INVALID'],
    ['is refused where it is invalid', 'export default { scrapeInterval: 5 }', 'CONFIG_INVALID'],
  ])('%s', async (_, text, code) => {
    await expect(loadProject(fileWith(text))).rejects.toMatchObject({ code })
  })

  test.each([
    [
      'imports a file with types',
      `import { every } from './every.js'\nexport default { scrapeInterval: every(7) }`,
    ],
    [
      'imports everything of a file',
      `import * as all from './every.js'\nexport default { scrapeInterval: all.every(7) }`,
    ],
    [
      'imports after it exports',
      `export default { get scrapeInterval() { return every(7) } }\nimport { every } from './every.js'`,
    ],
    ['passes on what a file exports', `export { config as default } from './every.js'`],
    [
      'imports while it runs',
      `const { every } = await import('./every.js')\nexport default { scrapeInterval: every(7) }`,
    ],
    [
      'imports a file that imports the package',
      `import { defined } from './every.js'\nexport default defined`,
    ],
    [
      'imports all of the package',
      `import * as kpi from '@mnemoscope/kpi'\nexport default kpi.defineConfig({ scrapeInterval: '7s' })`,
    ],
    [
      'imports the package while it runs',
      `const { defineConfig } = await import('@mnemoscope/kpi')\nexport default defineConfig({ scrapeInterval: '7s' })`,
    ],
    ['awaits', `export default { scrapeInterval: await Promise.resolve('7s') }`],
    [
      'reads its own address',
      `export default { scrapeInterval: import.meta.url.endsWith('.ts') ? '7s' : '8s' }`,
    ],
    [
      'has an enum',
      `enum Every { Second = '7s' }\nexport default { scrapeInterval: Every.Second } satisfies object`,
    ],
    [
      'has a namespace',
      `namespace every { export const second = '7s' }\nexport default { scrapeInterval: every.second }`,
    ],
    [
      'requires',
      `const { sep } = require('node:path')\nexport default { scrapeInterval: sep.length + 6 + 's' }`,
    ],
  ])('that %s is read', async (_, text) => {
    const path = fileWith(text)
    writeFileSync(
      join(dirname(path), 'every.ts'),
      `import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
      const seconds = await Promise.resolve('s')
      export function every(count: number): string { return count + seconds }
      export const config: ConfigInput = { scrapeInterval: every(7) }
      export const defined = defineConfig(config)`,
    )
    expect((await loadProject(path)).config.scrapeInterval).toBe('7s')
  })

  test.each([
    ['does not parse', 'export default {\n  scrapeInterval: 5 5,\n}', /mnemoscope\.config\.ts:2:20/],
    [
      'has an error that only a strict compiler finds',
      'const a = 1\nconst a = 2\nexport default {}',
      /mnemoscope\.config\.ts:2:6/,
    ],
  ])('that %s is refused with its line', async (_, text, where) => {
    await expect(loadProject(fileWith(text))).rejects.toMatchObject({
      code: 'CONFIG_NOT_LOADABLE',
      message: expect.stringMatching(where),
    })
  })

  test.each(['ts', 'mjs', 'js'])('that ends in .%s is read anew each time', async (extension) => {
    const path = fileWith('').replace(/ts$/, extension)
    for (const scrapeInterval of ['7s', '8s']) {
      writeFileSync(path, `export default { scrapeInterval: '${scrapeInterval}' }`)
      expect((await loadProject(path)).config.scrapeInterval).toBe(scrapeInterval)
    }
  })

  test('that is not there is named', async () => {
    await expect(loadProject(join(folder.path, 'none.ts'))).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `no configuration file at ${join(folder.path, 'none.ts')}`,
    })
  })
})
