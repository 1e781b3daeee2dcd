import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { assertPatch, type ConfigInput, defineConfig, MnemoscopeError } from '@mnemoscope/kpi'
import { changeablePaths } from '../src/config/patch.js'

const page = readFileSync(new URL('../../../docs/changing-configuration.md', import.meta.url), 'utf8')

/** A patch that sets one setting, by a path of `changeablePaths`. */
function patchOf(path: string, value: unknown): ConfigInput {
  return path
    .split('.')
    .reverse()
    .reduce<unknown>((inner, key) => {
      if (key === '*') return { f1_score: inner }
      return key.endsWith('[]') ? { [key.slice(0, -2)]: [inner] } : { [key]: inner }
    }, value) as ConfigInput
}

/** Texts that name a place: an address, a file, a command, a host. */
const places = ['http://127.0.0.1:1/x', '/etc/passwd', './file', 'sh -c id', 'localhost:9090', 'on-call']

/** Compared with labels of measurements, and nothing else. */
const labels = ['kpis.*.overrides[].model', 'kpis.*.overrides[].operation']

test.each(changeablePaths().filter((path) => !labels.includes(path)))(
  '%s takes no text that names a place',
  (path) => {
    for (const place of places) {
      const patch = patchOf(path, place)
      assertPatch({ ...patch })
      expect(() => defineConfig(patch)).toThrow(MnemoscopeError)
    }
  },
)

test('the page lists every setting that a patch may set, and no other', () => {
  const section = page.slice(page.indexOf('## Patches'), page.indexOf('## Who may do what'))
  const listed = [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \|$/gm)].flatMap(([, prefix, keys]) =>
    [...(keys ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => `${prefix}.${key}`),
  )
  expect(listed.sort()).toEqual(changeablePaths().sort())
})

test.each<[string, object, string]>([
  ['a receiver', { alerting: { receivers: { a: {} } } }, 'alerting.receivers'],
  ['a file of a token', { alerting: { recorderTokenFile: '/a' } }, 'alerting.recorderTokenFile'],
  ['times without notifications', { alerting: { muteTimes: {} } }, 'alerting.muteTimes'],
  ['the watchdog', { alerting: { watchdog: null } }, 'alerting.watchdog'],
  ['the prefix of links', { alerting: { runbookBaseUrl: 'http://a/' } }, 'alerting.runbookBaseUrl'],
  ['a handler', { handlers: { a: 'console' } }, 'handlers'],
  ['a plugin', { plugins: [] }, 'plugins'],
  ['a service', { services: [] }, 'services'],
  ['an endpoint', { endpoints: { recorder: 'http://a/' } }, 'endpoints'],
  ['a KPI of its own', { kpis: { a: { title: 'A' } } }, 'kpis.a.title'],
  ['a page of a KPI', { kpis: { f1_score: { runbook: 'http://a/' } } }, 'kpis.f1_score.runbook'],
  ['a key that no setting has', { kpi: {} }, 'kpi'],
  ['the prototype', JSON.parse('{"__proto__": {"a": 1}}'), '__proto__'],
  ['an object for a value', { kpis: { f1_score: { window: { a: 1 } } } }, 'kpis.f1_score.window'],
  ['a list for an object', { kpis: [] }, 'kpis'],
  ['an object for a list', { kpis: { f1_score: { overrides: {} } } }, 'kpis.f1_score.overrides'],
  [
    'a key in an override',
    { kpis: { f1_score: { overrides: [{ url: 1 }] } } },
    'kpis.f1_score.overrides[0].url',
  ],
])('a patch with %s is refused, by the path of the setting', (_, patch, path) => {
  expect(() => assertPatch(patch as Record<string, unknown>)).toThrow(
    expect.objectContaining({
      code: 'PATCH_REFUSED',
      value: path,
      message: expect.stringContaining('expected '),
    }),
  )
})

test('a refused patch names what may be set there, and never the value', () => {
  const refused = { alerting: { recorder: 'canary' } }
  expect(() => assertPatch(refused)).toThrow(
    expect.objectContaining({
      message:
        'alerting.recorder: a patch cannot set this; expected one of: groupBy, groupWait, groupInterval, repeatInterval, trend',
    }),
  )
})

test.each<[string, object]>([
  ['a null', { kpis: { f1_score: null }, alerting: null }],
  [
    'a hundred values',
    { kpis: { f1_score: { overrides: Array.from({ length: 50 }, () => ({ model: 'a', operations: 1 })) } } },
  ],
])('a patch with %s is taken', (_, patch) => {
  expect(() => assertPatch(patch as Record<string, unknown>)).not.toThrow()
})

test.each<[string, unknown]>([
  ['101 values', Array.from({ length: 101 }, () => 1)],
  ['100,000 empty objects', Array.from({ length: 100_000 }, () => ({}))],
  ['more bytes', 'x'.repeat(17_000)],
  ['100,000 levels', nested(100_000)],
])('a patch with %s is refused before anything else reads it', (_, value) => {
  expect(() => assertPatch({ handlers: value })).toThrow(/^the patch has .*; expected at most/)
})

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { a: value }
  return value
}
