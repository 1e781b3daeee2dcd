import { createHash } from 'node:crypto'
import { expect, jest, test } from '@jest/globals'
import { storableName, storableText } from '../../src/database/text.js'
import { storeSightings } from '../../src/deployments/store.js'
import { snapshotRows } from '../../src/snapshots/row.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { ownDatabase } from '../plumbing/database.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const database = ownDatabase()

/** Text that Postgres can't make shorter, of three bytes a character. */
function dense(length: number, seed: string): string {
  let text = ''
  for (let i = 0; text.length < length; i++) {
    for (const byte of createHash('sha256').update(`${seed} ${i}`).digest()) {
      text += String.fromCharCode(0x4e00 + byte * 64 + (i % 64))
    }
  }
  return text.slice(0, length)
}

test('a name as long as may be is stored as it is, a longer one is cut and stays another than its like', () => {
  const long = 'x'.repeat(300)
  expect(storableName('x'.repeat(220))).toBe('x'.repeat(220))
  expect(storableName(long)).toHaveLength(220)
  expect(storableName(`${long}a`)).not.toBe(storableName(`${long}b`))
  expect(storableName(`${'x'.repeat(202)}${'😀'.repeat(30)}`).isWellFormed()).toBe(true)
  expect(storableText('a\0b\ud800')).toBe('a\uFFFDb\uFFFD')
})

test('labels too long for an index of Postgres cost no other series its snapshot', async () => {
  const __name__ = 'job_model_context_size_operation:mnemoscope_f1_score:current'
  const long = {
    __name__,
    job: dense(9_000, 'job'),
    model: dense(9_000, 'model'),
    context_size: dense(9_000, 'size'),
  }
  const rows = snapshotRows([
    { labels: { __name__, job: 'memory', model: 'a', context_size: '8192' }, value: 0.9 },
    { labels: long, value: 0.8 },
    { labels: { ...long, model: `${long.model}b` }, value: 0.7 },
  ])
  expect(await storeInstants(database.pool, [{ at: new Date('2026-03-10T00:00:00Z'), rows }])).toBe(3)
})

test('a version too long for an index of Postgres keeps no deployment from being found', async () => {
  const sightings = [dense(9_000, 'one'), '1.0'].map((version, i) => ({
    service: dense(9_000, 'service'),
    version,
    at: 1_000 * i,
    startedAt: undefined,
  }))
  expect(await storeSightings(database.pool, 'default', sightings, new Date(2_000))).toBe(2)
})
