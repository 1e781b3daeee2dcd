import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { applyFiles } from '../../src/changes/apply-files.js'
import { type Follower, followConfig } from '../../src/changes/follower.js'
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

test('a followed configuration is in force once somebody else has put its rules in force', async () => {
  write(withWarning(0.85))
  const applied = withWarning(0.84)
  await applyFiles(servers.files(applied), servers)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.8)
  await applyFiles(servers.files(withWarning(0.85)), servers)
  await eventually('the change', () => changes.length === 1, mostOfAnEdit)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.85)
  expect(changes[0]?.differences).toEqual([
    { path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.85 },
  ])
  expect(follower.apply).toBeUndefined()
})

test('a broken file leaves in force what was, and is a problem until it is mended', async () => {
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

test('a valid file that nobody applies is a problem after a while, until somebody does', async () => {
  await applyFiles(servers.files(follower.current()), servers)
  await eventually('no problem', () => follower.problem() === undefined, mostOfAnEdit)
  const problems: (string | undefined)[] = []
  const deaf = follower.onProblem((problem) => problems.push(problem?.code))
  write(withWarning(0.86))
  await eventually('the problem', () => follower.problem() !== undefined, mostOfAnEdit)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_APPLIED',
    message: expect.stringContaining(`${configPath} is valid, but nobody has applied it`),
    next: expect.stringContaining('reload Prometheus'),
  })
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.85)
  await applyFiles(servers.files(withWarning(0.86)), servers)
  await eventually('its end', () => follower.problem() === undefined, mostOfAnEdit)
  expect(follower.current().kpis.f1_score.thresholds.warning).toBe(0.86)
  expect(problems).toEqual(['CONFIG_NOT_APPLIED', undefined])
  deaf()
})

test('rules that somebody applies from another file are a problem, until they are this file’s again', async () => {
  await applyFiles(servers.files(withWarning(0.87)), servers)
  await eventually('the problem', () => follower.problem() !== undefined, mostOfAnEdit)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_APPLIED',
    message: expect.stringMatching(
      /the rules of configuration [0-9a-f]{12}, not of .* works by the file all the same$/,
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
