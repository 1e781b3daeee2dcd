import { expect, test } from '@jest/globals'
import { addDelivered, addTold, loadTold, loadWatched, mostRepeated } from '../../src/notifications/table.js'
import type { Outcome } from '../../src/notifications/told.js'
import { ownDatabase } from '../plumbing/database.js'

const database = ownDatabase()

async function episode(name: string, endsAt: string | null = null): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO alert_episodes (cluster, fingerprint, alertname, starts_at, ends_at, closed_at, closed_how, summary, labels, annotations)
     VALUES ('default', $1, 'MnemoscopeF1ScoreCritical', coalesce($2, now()) - interval '1 day', $2, $2, CASE WHEN $2::timestamptz IS NOT NULL THEN 'resolved' END, '', '{}', '{}')
     RETURNING id`,
    [name, endsAt],
  )
  return rows[0]?.id as string
}

const none = { reason: null, silences: [], inhibitedBy: [], muteTimes: [], dueAt: null, via: 'api' as const }
const at = Date.UTC(2026, 0, 1)

test.each<[string, string[], boolean | null]>([
  ['nothing is known', [], null],
  ['delivered', ['mail routed', 'mail success'], true],
  ['delivered after it failed', ['mail routed', 'mail error', 'mail success'], true],
  ['delivered to one of two', ['mail error', 'pager success'], true],
  ['failed', ['mail routed', 'mail error'], false],
  ['silenced', ['mail silenced'], false],
  ['silenced after it failed', ['mail routed', 'mail error', 'mail silenced'], false],
  ['for nobody', ['- no_receiver'], false],
  ['on its way', ['mail routed'], null],
  ['on its way again', ['mail muted', 'mail routed'], null],
  ['one failed, one on its way', ['mail error', 'pager routed'], null],
  ['not known', ['mail routed', 'mail unknown', 'mail silenced'], null],
])('whether somebody was notified: %s', async (name, told, expected) => {
  const id = await episode(name)
  await addTold(
    database.pool,
    told.map((text, i) => {
      const [receiver = '', outcome] = text.split(' ')
      const way =
        receiver === '-' ? { receiver: null, integration: null } : { receiver, integration: 'email' }
      return { ...none, ...way, episodeId: id, at: at + i, outcome: outcome as Outcome }
    }),
  )
  const { rows } = await database.pool.query('SELECT * FROM notified_alerts WHERE episode_id = $1', [id])
  expect(rows[0]?.was_notified).toBe(expected)
})

test('what is stored can be read as it was, is not changed, and goes with its alert', async () => {
  const id = await episode('kept', '2026-01-02')
  const told = {
    ...{
      receiver: 'mail',
      integration: 'email',
      at,
      outcome: 'silenced' as const,
      reason: null,
      dueAt: at + 5,
    },
    silences: [{ id: 's', by: 'ada', comment: 'rebuild\n"x"', until: 60.5 }],
    ...{ inhibitedBy: ['A', 'B,"C"'], muteTimes: ['nights'] },
  }
  await addTold(database.pool, [{ ...told, episodeId: id, via: 'api' }])
  expect((await loadTold(database.pool, [id])).get(id)).toEqual([told])
  const { rows } = await database.pool.query('SELECT * FROM notifications WHERE episode_id = $1', [id])
  expect(rows).toMatchObject([
    {
      silenced_by: 'ada until 1970-01-01 00:01: rebuild\n"x"',
      inhibited_by: 'A, B,"C"',
      mute_times: 'nights',
    },
  ])
  await expect(database.pool.query("UPDATE alert_notifications SET outcome = 'success'")).rejects.toThrow(
    'not changed',
  )
  await database.pool.query('DELETE FROM alert_episodes WHERE id = $1', [id])
  expect((await loadTold(database.pool, [id])).size).toBe(0)
})

test('what Alertmanager recorded as delivered is stored once, of the alert that was open, and within bounds', async () => {
  const old = await episode('again', '2026-01-01')
  await database.pool.query(
    "UPDATE alert_episodes SET starts_at = starts_at - interval '1 year' WHERE id = $1",
    [old],
  )
  const id = await episode('again')
  const delivered = Array.from({ length: mostRepeated + 3 }, (_, i) => ({
    ...{ fingerprint: 'again', at: at + Math.floor(i / 2), receiver: 'mail', integration: 'email' },
  }))
  expect(await addDelivered(database.pool, 'default', delivered.slice(0, 4))).toBe(2)
  expect(await addDelivered(database.pool, 'other', delivered)).toBe(0)
  for (const each of delivered.map((one, i) => ({ ...one, at: at + i }))) {
    await addDelivered(database.pool, 'default', [each])
  }
  expect((await loadTold(database.pool, [id])).get(id)).toHaveLength(mostRepeated)
  const later = { ...delivered[0], at: at + 2 * 86_400_000 } as (typeof delivered)[number]
  expect(await addDelivered(database.pool, 'default', [later, { ...later, receiver: 'pager' }])).toBe(2)
  expect((await loadTold(database.pool, [old])).size).toBe(0)
  const watched = await loadWatched(database.pool, 'default')
  expect(watched.find((each) => each.id === id)?.known).toHaveLength(mostRepeated + 2)
  expect(watched.find((each) => each.id === id)?.isAgain).toBe(false)
})

test('what is watched knows of an episode just before, and whether something is still on its way after the end', async () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString()
  const before = await episode('flaps', minutesAgo(5))
  await database.pool.query(
    "UPDATE alert_episodes SET starts_at = ends_at - interval '1 hour' WHERE id = $1",
    [before],
  )
  const now = await episode('flaps')
  await database.pool.query(
    "UPDATE alert_episodes SET starts_at = now() - interval '1 minute' WHERE id = $1",
    [now],
  )
  const mail = { ...none, receiver: 'mail', integration: 'email' }
  const ids = async () =>
    (await loadWatched(database.pool, 'default'))
      .filter((each) => each.fingerprint === 'flaps')
      .sort((a, b) => a.startsAt - b.startsAt)
  await addTold(database.pool, [{ ...mail, episodeId: before, at, outcome: 'routed' }])
  expect((await ids()).map(({ id, isOpen, isAgain }) => ({ id, isOpen, isAgain }))).toEqual([
    { id: before, isOpen: false, isAgain: false },
    { id: now, isOpen: true, isAgain: false },
  ])
  await addTold(database.pool, [{ ...mail, episodeId: before, at: at + 1, outcome: 'success' }])
  expect((await ids()).map(({ id, isAgain }) => ({ id, isAgain }))).toEqual([{ id: now, isAgain: true }])
})
