import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { dropPartitions, stepsOf } from '../../src/database/drop-partitions.js'
import type { DayTable } from '../../src/database/partitions.js'
import { createPartitions } from '../../src/database/partitions.js'
import { applyRetention } from '../../src/database/retention.js'
import { createPool } from '../../src/index.js'
import { storeInstants } from '../../src/snapshots/store.js'
import { ownDatabase } from '../plumbing/database.js'
import { snapshotRow } from '../plumbing/snapshot-row.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

describe('the table of a day', () => {
  test.each<[string, DayTable['state'], boolean, boolean, string[]]>([
    ['is kept', 'attached', false, false, []],
    ['is past its retention', 'attached', false, true, ['mark', 'detach', 'drop']],
    ['was about to be detached', 'attached', true, true, ['mark', 'detach', 'drop']],
    ['was about to be detached, and is kept again', 'attached', true, false, ['unmark']],
    ['was half detached', 'pending', true, true, ['finalize', 'drop']],
    ['was half detached, and is kept again', 'pending', true, false, ['finalize', 'unmark', 'attach']],
    ['was half detached by a person', 'pending', false, true, ['finalize']],
    ['was detached', 'detached', true, true, ['drop']],
    ['was detached, and is kept again', 'detached', true, false, ['unmark', 'attach']],
    ['was detached by a person', 'detached', false, true, []],
  ])('that %s (%s, marked %p, old %p)', (_, state, isMarked, isOld, steps) => {
    expect(stepsOf({ state, isMarked }, isOld)).toEqual(steps)
  })
})

describe('a day that is past its retention', () => {
  const database = ownDatabase()

  const days = ['20260207', '20260208', '20260209']
  const tables = days.map((day) => `snapshots_${day}`)
  const [first = '', second = '', third = ''] = tables
  /** The first two days are past their retention. */
  const cutoff = new Date('2026-02-09T12:00:00Z')

  beforeEach(async () => {
    await createPartitions(database.pool, 'snapshots', days)
    await database.pool.query(
      `INSERT INTO snapshots (at, series_id, kpi) SELECT day::timestamptz, 1, 'latency' FROM unnest($1::text[]) AS day`,
      [days],
    )
  })

  afterEach(async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '_[0-9]{8}$'",
    )
    // Also those with a pending detach, which Postgres can only drop completely.
    for (const { name } of rows) await database.pool.query(`DROP TABLE ${name}`)
  })

  /** Tables of days that there are, with what they are to `snapshots`. */
  async function found(): Promise<Record<string, string>> {
    const { rows } = await database.pool.query<{ name: string; state: string }>(
      `SELECT relname AS name,
         CASE WHEN inhrelid IS NULL THEN 'detached' WHEN inhdetachpending THEN 'pending' ELSE 'attached' END AS state
       FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid
       WHERE relkind = 'r' AND relname ~ '^snapshots_[0-9]{8}$' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    )
    return Object.fromEntries(rows.map(({ name, state }) => [name, state]))
  }

  /** Days whose rows a query sees. */
  async function seen(): Promise<string[]> {
    const { rows } = await database.pool.query(
      "SELECT to_char(at, 'YYYYMMDD') AS day FROM snapshots ORDER BY at",
    )
    return rows.map(({ day }) => day)
  }

  /** A connection with an open transaction, until it is ended. */
  async function holding(statement: string): Promise<() => void> {
    const client = await database.pool.connect()
    await client.query(`BEGIN; ${statement}`)
    return () => client.release(true)
  }

  const isWaiting = (): Promise<number | undefined> =>
    database.pool
      .query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
      .then(({ rows }) => rows[0]?.pid)

  /** Makes every DROP TABLE fail until it is ended: what a run leaves that is killed before its last step. */
  async function refusingToDrop(): Promise<() => Promise<unknown>> {
    await database.pool.query(`
    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$;
    CREATE EVENT TRIGGER refuse ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION refuse()`)
    return () => database.pool.query('DROP EVENT TRIGGER refuse; DROP FUNCTION refuse')
  }

  test('is dropped after a long reader has ended, who delays neither snapshots nor other readers meanwhile', async () => {
    const release = await holding('SELECT FROM snapshots')
    const url = new URL(database.databaseUrl)
    url.searchParams.set('options', '-c lock_timeout=1s')
    const others = createPool(url.href)
    try {
      // The second run ends what the first one has begun, and waits too.
      for (const [minute, reason] of [
        ['01', 'cancelled after 5 s: others use the table'],
        ['02', 'canceling statement due to lock timeout'],
      ]) {
        const run = dropPartitions(database.pool, 'snapshots', cutoff)
        await waitFor(isWaiting)
        await storeInstants(others, [{ at: new Date(`2026-02-09T00:${minute}:00Z`), rows: [snapshotRow] }])
        await others.query('SELECT count(*) FROM snapshots')
        const { dropped, left } = await run
        expect(dropped).toEqual([])
        expect([...left]).toEqual([
          [first, expect.objectContaining({ message: reason })],
          [second, expect.objectContaining({ message: reason })],
        ])
        expect(await found()).toEqual({ [first]: 'pending', [second]: 'attached', [third]: 'attached' })
        expect(await seen()).not.toContain('20260207')
      }
    } finally {
      release()
      await others.end()
    }
    expect(await dropPartitions(database.pool, 'snapshots', cutoff)).toEqual({
      dropped: [first, second],
      left: new Map(),
    })
    expect(await found()).toEqual({ [third]: 'attached' })
  })

  test('is dropped at once where a reader ends in time', async () => {
    const release = await holding('SELECT FROM snapshots')
    const run = dropPartitions(database.pool, 'snapshots', cutoff)
    await waitFor(isWaiting)
    release()
    expect((await run).dropped).toEqual([first, second])
  })

  test('is dropped by the next run where one was killed while it waited', async () => {
    const release = await holding('SELECT FROM snapshots')
    const run = dropPartitions(database.pool, 'snapshots', cutoff)
    const pid = await waitFor(isWaiting)
    await database.pool.query('SELECT pg_terminate_backend($1)', [pid])
    expect([...(await run).left.keys()]).toEqual([first, second])
    expect(await found()).toMatchObject({ [first]: 'pending' })
    release()
    expect((await dropPartitions(database.pool, 'snapshots', cutoff)).dropped).toEqual([first, second])
  })

  test('is there again with its rows where a run was cut short and the retention raised then', async () => {
    const release = await holding('SELECT FROM snapshots')
    const run = dropPartitions(database.pool, 'snapshots', cutoff)
    await database.pool.query('SELECT pg_cancel_backend($1)', [await waitFor(isWaiting)])
    await run
    release()
    const longer = new Date('2026-02-01')
    expect(await dropPartitions(database.pool, 'snapshots', longer)).toEqual({ dropped: [], left: new Map() })
    expect(await found()).toEqual({ [first]: 'attached', [second]: 'attached', [third]: 'attached' })
    expect(await seen()).toEqual(days)
  })

  describe('whose table a killed run left detached', () => {
    beforeEach(async () => {
      const end = await refusingToDrop()
      const { dropped, left } = await dropPartitions(database.pool, 'snapshots', cutoff)
      await end()
      expect(dropped).toEqual([])
      expect([...left.keys()]).toEqual([first, second])
      expect(await found()).toEqual({ [first]: 'detached', [second]: 'attached', [third]: 'attached' })
    })

    test('is dropped by the next run', async () => {
      expect((await dropPartitions(database.pool, 'snapshots', cutoff)).dropped).toEqual([first, second])
      expect(await found()).toEqual({ [third]: 'attached' })
    })

    test('is not taken back for rows of its day, which begin a new table', async () => {
      await createPartitions(database.pool, 'snapshots', days)
      expect(await found()).toEqual({ [first]: 'attached', [second]: 'attached', [third]: 'attached' })
      expect(await seen()).toEqual(days.slice(1))
    })

    test('is taken back with its rows where its day is kept again', async () => {
      expect((await dropPartitions(database.pool, 'snapshots', new Date('2026-02-01'))).left.size).toBe(0)
      expect(await seen()).toEqual(days)
      await database.pool.query(`ALTER TABLE snapshots DETACH PARTITION ${first}`)
      await dropPartitions(database.pool, 'snapshots', cutoff)
      // A person's from then on.
      expect(await found()).toEqual({ [first]: 'detached', [third]: 'attached' })
    })
  })

  test('stays where a person has detached it, and so does what has such a name elsewhere', async () => {
    await database.pool.query(`
      ALTER TABLE snapshots DETACH PARTITION ${first};
    CREATE SCHEMA elsewhere;
    CREATE TABLE elsewhere.${second} ();
    CREATE TABLE snapshots_2026020 ();
    CREATE TABLE others_20260207 ()`)
    expect((await dropPartitions(database.pool, 'snapshots', cutoff)).dropped).toEqual([second])
    expect(await found()).toEqual({ [first]: 'detached', [third]: 'attached' })
    const { rows } = await database.pool.query(
      `SELECT FROM pg_class WHERE oid IN ('elsewhere.${second}'::regclass, 'snapshots_2026020'::regclass, 'others_20260207'::regclass)`,
    )
    expect(rows).toHaveLength(3)
    await database.pool.query('DROP SCHEMA elsewhere CASCADE; DROP TABLE snapshots_2026020')
  })

  test('is dropped also where a person’s detach of another was cut short, which is ended and its table left', async () => {
    const release = await holding('SELECT FROM snapshots')
    const person = await database.pool.connect()
    await person.query("SET lock_timeout = '100ms'")
    const detach = person.query(`ALTER TABLE snapshots DETACH PARTITION ${third} CONCURRENTLY`)
    await expect(detach).rejects.toMatchObject({ code: '55P03' })
    person.release(true)
    release()
    expect((await dropPartitions(database.pool, 'snapshots', cutoff)).dropped).toEqual([first, second])
    expect(await found()).toEqual({ [third]: 'detached' })
  })

  test('is dropped once by runs at the same time, while days are created', async () => {
    const runs = await Promise.all([
      ...Array.from({ length: 3 }, () => dropPartitions(database.pool, 'snapshots', cutoff)),
      createPartitions(database.pool, 'snapshots', ['20260210', '20260211']),
    ])
    const dropped = runs.flatMap((run) => run?.dropped ?? [])
    expect(dropped).toEqual([...new Set(dropped)])
    await dropPartitions(database.pool, 'snapshots', cutoff)
    expect(Object.keys(await found())).toEqual([third, 'snapshots_20260210', 'snapshots_20260211'])
  })

  test('keeps no other table from its retention where it has to stay, and the run says what it did and what not', async () => {
    await createPartitions(database.pool, 'measurements', days)
    const release = await holding('SELECT FROM snapshots')
    const run = await applyRetention(
      database.pool,
      retentionOf(defineConfig()),
      new Date('2026-03-11T12:00:00Z'),
    )
    release()
    expect(run.droppedPartitions).toEqual(days.slice(0, 2).map((day) => `measurements_${day}`))
    expect([...run.failures.keys()]).toEqual([first, second])
  })
})
