import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type Config, defineConfig, MnemoscopeError } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { applyFiles } from '../../src/changes/apply-files.js'
import { applyState, type Follower, followConfig } from '../../src/changes/follower.js'
import { mostOfAnEdit, mostOfATest, type RunningServers, startRunningServers } from './running-servers.js'

jest.setTimeout(mostOfATest)

const withWarning = (warning: number): Config<object> =>
  defineConfig({
    scrapeInterval: '1s',
    alertCheckInterval: '1s',
    kpis: { f1_score: { thresholds: { warning } } },
  })

let servers: RunningServers
let configPath: string
let follower: Follower
const changes: AppliedChange[] = []
const write = (config: Config<object>) =>
  writeFileSync(configPath, `export default ${JSON.stringify(config.declared)}`)

beforeAll(async () => {
  const config = withWarning(0.8)
  servers = await startRunningServers(config)
  mkdirSync(join(servers.folder, 'project'))
  configPath = join(servers.folder, 'project', 'mnemoscope.config.mjs')
  write(config)
  follower = followConfig({ configPath, config, defaults: {}, prometheusUrl: servers.prometheusUrl })
  follower.onChange((change) => changes.push(change))
}, 120_000)
afterAll(async () => {
  await follower?.stop()
  await servers?.stop()
}, 120_000)

test('an edited file is active once another process has applied its rules', async () => {
  write(withWarning(0.85))
  const applied = withWarning(0.84)
  await applyFiles(servers.files(applied), servers)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.8)
  await applyFiles(servers.files(withWarning(0.85)), servers)
  await eventually('the change', () => changes.length === 1, mostOfAnEdit)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.85)
  expect(changes[0]?.differences).toEqual([
    expect.objectContaining({ path: 'kpis.f1_score.boundaries' }),
    { path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.85 },
  ])
  expect(follower.apply).toBeUndefined()
})

test('a broken file changes nothing, and is a problem until it is fixed', async () => {
  const problems: (string | undefined)[] = []
  follower.onProblem((problem) => problems.push(problem?.code))
  writeFileSync(configPath, 'export default {')
  await eventually('the problem', () => follower.problem() !== undefined, mostOfAnEdit)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_LOADABLE',
    message: expect.stringContaining(configPath),
    next: expect.any(String),
  })
  await applyFiles(servers.files(withWarning(0.83)), servers)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.85)
  write(withWarning(0.85))
  await eventually('its end', () => follower.problem() === undefined, mostOfAnEdit)
  expect(problems).toEqual(['CONFIG_NOT_LOADABLE', undefined])
})

test('a valid file that is not applied is a problem after a while, until it is applied', async () => {
  await applyFiles(servers.files(follower.current()), servers)
  await eventually('no problem', () => follower.problem() === undefined, mostOfAnEdit)
  const problems: (string | undefined)[] = []
  const unsubscribe = follower.onProblem((problem) => problems.push(problem?.code))
  write(withWarning(0.86))
  await eventually('the problem', () => follower.problem() !== undefined, mostOfAnEdit)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_APPLIED',
    message: expect.stringContaining(`${configPath} is valid, but not applied`),
    next: expect.stringContaining('reload Prometheus'),
  })
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.85)
  await applyFiles(servers.files(withWarning(0.86)), servers)
  await eventually('its end', () => follower.problem() === undefined, mostOfAnEdit)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.86)
  expect(problems).toEqual(['CONFIG_NOT_APPLIED', undefined])
  unsubscribe()
})

test('rules from another file are a problem until the file has the same settings', async () => {
  await applyFiles(servers.files(withWarning(0.87)), servers)
  await eventually('the problem', () => follower.problem() !== undefined, mostOfAnEdit)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_APPLIED',
    message: expect.stringMatching(
      /the rules of configuration [0-9a-f]{12}, not of .* uses the file anyway$/,
    ),
  })
  write(withWarning(0.87))
  await eventually('its end', () => follower.problem() === undefined, mostOfAnEdit)
  await eventually(
    'the change',
    () => follower.current().kpis.f1_score.thresholds.warning === 0.87,
    mostOfAnEdit,
  )
})

const [file, other, third] = ['f', 'b', 'a'].map((digit) => digit.repeat(64)) as [string, string, string]
const unreachable = new MnemoscopeError('PROMETHEUS_UNREACHABLE', 'Prometheus does not answer', {
  next: 'Start it.',
})
const graceMs = 5_000

describe('a valid file that another process applies', () => {
  test.each([
    ['is applied once its rules are evaluated', file, [file], 0, 'applied'],
    [
      'is applied once its rules are evaluated, even while the earlier rules still are',
      other,
      [other, file],
      0,
      'applied',
    ],
    ['is applied when its rules come late, too', other, [file], graceMs, 'applied'],
    ['is pending while other rules are evaluated', other, [other], graceMs - 1, 'pending'],
    ['is pending while no rules are evaluated', file, [], graceMs - 1, 'pending'],
    ['is pending while Prometheus does not answer', other, unreachable, graceMs - 1, 'pending'],
    ['is a problem if the rules stay others', other, [other], graceMs, 'CONFIG_NOT_APPLIED'],
    [
      'is a problem if the rules differ from the configuration that the recorder uses',
      file,
      [other],
      graceMs,
      'CONFIG_NOT_APPLIED',
    ],
    ['is a problem if there are no rules', file, [], graceMs, 'CONFIG_NOT_APPLIED'],
    [
      'is a problem if it was edited and Prometheus does not answer',
      other,
      unreachable,
      graceMs,
      'PROMETHEUS_UNREACHABLE',
    ],
    [
      'is no problem if it was not edited and Prometheus does not answer',
      file,
      unreachable,
      graceMs,
      'pending',
    ],
  ] as const)('%s', (_, current, evaluated, forMs, expected) => {
    const state = applyState({ configPath: '/c.ts', written: file, current, evaluated, forMs, graceMs })
    expect(typeof state === 'string' ? state : state.code).toBe(expected)
  })

  test.each([
    [
      other,
      [third, other],
      `/c.ts is valid, but not applied: Prometheus evaluates the rules of configuration aaaaaaaaaaaa, bbbbbbbbbbbb, not of ffffffffffff; this recorder still uses the earlier configuration`,
    ],
    [
      file,
      [],
      '/c.ts is valid, but not applied: Prometheus evaluates no rules of Mnemoscope; this recorder uses the file anyway',
    ],
  ])('says which rules there are, the same at each check', (current, evaluated, message) => {
    const state = (forMs: number) =>
      applyState({ configPath: '/c.ts', written: file, current, evaluated, forMs, graceMs })
    expect(state(graceMs)).toMatchObject({ message, next: expect.stringContaining('same file') })
    expect(state(9 * graceMs)).toMatchObject({ message })
  })
})
