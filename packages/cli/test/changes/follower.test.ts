import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { applyFiles } from '../../src/changes/apply-files.js'
import { type Follower, followConfig } from '../../src/changes/follower.js'
import { type RunningServers, startRunningServers } from './running-servers.js'

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
}, 30_000)

test('a followed configuration is in force once somebody else has put its rules in force', async () => {
  write(withWarning(0.85))
  const applied = withWarning(0.84)
  await applyFiles(servers.files(applied), servers)
  expect(follower.inForce().kpis.f1_score.thresholds.warning).toBe(0.8)
  await applyFiles(servers.files(withWarning(0.85)), servers)
  await eventually('the change', () => changes.length === 1)
  expect(follower.inForce().kpis.f1_score.thresholds.warning).toBe(0.85)
  expect(changes[0]?.differences).toEqual([
    { path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.85 },
  ])
  expect(follower.apply).toBeUndefined()
}, 60_000)

test('a broken file leaves in force what was, and is a problem until it is mended', async () => {
  const problems: (string | undefined)[] = []
  follower.onProblem((problem) => problems.push(problem?.code))
  writeFileSync(configPath, 'export default {')
  await eventually('the problem', () => follower.problem() !== undefined)
  expect(follower.problem()).toMatchObject({
    code: 'CONFIG_NOT_LOADABLE',
    message: expect.stringContaining(configPath),
    next: expect.any(String),
  })
  await applyFiles(servers.files(withWarning(0.83)), servers)
  expect(follower.inForce().kpis.f1_score.thresholds.warning).toBe(0.85)
  write(withWarning(0.85))
  await eventually('its end', () => follower.problem() === undefined)
  expect(problems).toEqual(['CONFIG_NOT_LOADABLE', undefined])
}, 60_000)
