import { setTimeout as wait } from 'node:timers/promises'
import { findTool } from '@mnemoscope/servers'
import { fingerprintOf } from '../../packages/recorder/src/alerts/fingerprint.js'
import type { Notified } from '../../packages/recorder/src/notifications/notified.js'
import { findEngine } from '../harness/engines.js'
import { eventually } from '../harness/eventually.js'
import type { Figure } from '../harness/figures.js'
import { toolsDir } from '../harness/repository.js'
import { type Measured, startToldStage, type ToldStage } from './told-stage.js'

const whats = ['success', 'error', 'silenced', 'inhibited', 'muted'] as const
type What = (typeof whats)[number]
type Labels = Readonly<Record<string, string>>

/** What is restarted while a wave of alerts is on its way. */
const waves = [undefined, 'recorder', 'alertmanager', 'postgres'] as const

/**
 * Alerts of five kinds by real Alertmanagers, a quarter of them over a restart of each part: whether what is stored after
 * their end tells who was notified, or why nobody was.
 * @param each alerts of each kind
 */
export async function checkTold(each: number, progress: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const measured of await alertmanagers(progress)) figures.push(await measure(measured, each, progress))
  return figures
}

async function alertmanagers(progress: (text: string) => void): Promise<Measured[]> {
  const old = await findTool('alertmanager', { toolsDir })
  const current = await findEngine('alertmanager')
  if (!current.isThere) progress(`skipped: Alertmanager of today. ${current.reason}`)
  const today = current.isThere ? current.command('alertmanager') : ''
  const as = (name: string, command: string, countsReceivers: boolean, hasEvents: boolean): Measured => ({
    ...{ name, command, countsReceivers, hasEvents },
  })
  return [
    as(old.version, old.command, false, false),
    ...(current.isThere
      ? [
          as(current.version, today, false, false),
          as(`${current.version} that names receivers`, today, true, false),
          as(`${current.version} with its event recorder`, today, true, true),
        ]
      : []),
  ]
}

async function measure(measured: Measured, each: number, progress: (text: string) => void): Promise<Figure> {
  const stage = await startToldStage(measured)
  try {
    const silence = await post(stage, 'silences', {
      matchers: [{ name: 'what', value: 'silenced', isRegex: false, isEqual: true }],
      ...{ startsAt: new Date().toISOString(), endsAt: inAnHour() },
      ...{ createdBy: 'ada', comment: 'rebuild' },
    })
    const { silenceID } = silence as { silenceID: string }
    // It runs before there is an alert, as it does for people.
    await eventually('a first look', async () => {
      const [row] = await stage.query('SELECT FROM alertmanager_counts LIMIT 1')
      return row !== undefined
    })
    const wrong: string[] = []
    const perWave = each / waves.length
    for (const [wave, restarted] of waves.entries()) {
      const alerts = whats.flatMap((what) =>
        Array.from({ length: perWave }, (_, i) => labelsOf(what, `${wave}-${i}`)),
      )
      wrong.push(...(await story(stage, alerts, restarted, silenceID)))
      progress(`${measured.name}: ${restarted ?? 'nothing'} restarted, ${wrong.length} wrong`)
    }
    for (const line of wrong) progress(line)
    const [rows] = await stage.query<{ events: number }>(
      "SELECT count(*)::int AS events FROM alert_notifications WHERE via = 'events'",
    )
    progress(`${measured.name}: ${rows?.events} by its event recorder`)
    const all = each * whats.length
    return {
      name: `alerts of ${all} of which Alertmanager ${measured.name} lets us tell rightly who was notified, or why not`,
      value: all - wrong.length,
      unit: '',
      goal: all,
      ok: wrong.length === 0,
    }
  } finally {
    await stage.stop()
  }
}

/** Raises alerts, restarts a part while they are on their way, and ends them. @returns what is told wrongly then */
async function story(
  stage: ToldStage,
  alerts: readonly Labels[],
  restarted: (typeof waves)[number],
  silence: string,
): Promise<string[]> {
  const startsAt = new Date().toISOString()
  const source = { alertname: 'MnemoscopeSource', what: 'source' }
  const send = (endsAt: string) =>
    post(
      stage,
      'alerts',
      [...alerts, source].map((labels) => ({ labels, startsAt, endsAt })),
    )
  await send(inAnHour())
  // As Prometheus does: an Alertmanager that was restarted has no alerts.
  let isOver = false
  const resending = (async () => {
    while (!isOver) {
      await wait(1_000)
      await send(inAnHour()).catch(() => undefined)
    }
  })()
  try {
    // Alertmanager does not notify the recorder of those; it has them from Prometheus, which is not here.
    const held = alerts.filter(({ what }) => what === 'silenced' || what === 'inhibited')
    await stage.query(
      `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, starts_at, summary, labels, annotations)
       SELECT 'default', fingerprint, labels->>'alertname', 'critical', $2, '', labels, '{}'
       FROM jsonb_to_recordset($1::jsonb) AS held (fingerprint text, labels jsonb)`,
      [JSON.stringify(held.map((labels) => ({ labels, fingerprint: fingerprintOf(labels) }))), startsAt],
    )
    if (restarted !== undefined) await stage.restart[restarted]()
    await eventually(
      'each alert is told of',
      async () => {
        const open = await Promise.all(alerts.map((labels) => toldOf(stage, labels)))
        return open.every((told) => told?.was_notified !== null && told !== undefined)
      },
      // Alertmanager counts what it doesn't send of an end too: then only a minute without more says that all was delivered.
      { withinMs: 90_000, everyMs: 1_000 },
    ).catch(() => undefined)
  } finally {
    isOver = true
    await resending
  }
  const ended = new Date().toISOString()
  await stage.query(
    `UPDATE alert_episodes SET ends_at = now(), closed_at = now(), closed_how = 'reconciled'
     WHERE ends_at IS NULL AND labels->>'what' = ANY ($1)`,
    [['silenced', 'inhibited']],
  )
  await eventually(
    'each alert is over',
    async () => {
      // Prometheus repeats an end too. Alertmanager may take two changes of an alert within milliseconds in the wrong order.
      await send(ended)
      const [row] = await stage.query<{ open: number }>(
        "SELECT count(*)::int AS open FROM alert_episodes WHERE ends_at IS NULL AND labels ? 'what'",
      )
      return row?.open === 0
    },
    { everyMs: 1_000 },
  ).catch(() => undefined)
  const wrong = await Promise.all(
    alerts.map(async (labels) => {
      const told = await toldOf(stage, labels)
      const isRight = told !== undefined && is(labels.what as What, told, silence)
      if (isRight) return []
      const episodes = await stage.query(
        'SELECT starts_at, opened_at, ends_at FROM alert_episodes WHERE fingerprint = $1',
        [fingerprintOf(labels)],
      )
      return [`${labels.what} ${labels.model} of ${startsAt}: ${JSON.stringify({ episodes, told })}`]
    }),
  )
  return wrong.flat()
}

/** Whether what is told of an alert that is over is what was done to it. */
function is(what: What, { was_notified, state, told }: Notified, silence: string): boolean {
  const last = told.at(-1)
  if (state !== 'over' && state !== 'not_there') return false
  if (was_notified !== (what === 'success')) return false
  const others = told.filter(({ outcome }) => outcome !== what && outcome !== 'routed')
  if (last === undefined || others.length > 0) return false
  const found = told.filter(({ outcome }) => outcome === what)
  return found.length > 0 && found.every((each) => isRight(what, each, silence))
}

function isRight(what: What, told: Notified['told'][number], silence: string): boolean {
  const receiver = {
    success: 'oncall',
    error: 'pager',
    silenced: 'oncall',
    inhibited: 'oncall',
    muted: 'desk',
  }
  if (told.receiver !== receiver[what] || told.integration === null) return false
  const [held] = told.silences
  if (what === 'silenced')
    return held?.id === silence && held.by === 'ada' && held.comment === 'rebuild' && held.until > told.at
  if (what === 'inhibited') return told.inhibited_by.join() === 'MnemoscopeSource'
  if (what === 'muted') return told.mute_times.join() === 'nights'
  return what === 'success' || told.reason !== null
}

async function toldOf(stage: ToldStage, labels: Labels): Promise<Notified | undefined> {
  const [row] = await stage.query<{ id: string }>(
    'SELECT id FROM alert_episodes WHERE fingerprint = $1 ORDER BY id DESC LIMIT 1',
    [fingerprintOf(labels)],
  )
  if (row === undefined) return undefined
  const response = await fetch(`${stage.recorder}/api/episodes/${row.id}/notifications`)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Notified
}

function labelsOf(what: What, name: string): Labels {
  return {
    ...{ alertname: 'MnemoscopeF1ScoreCritical', severity: 'critical', kpi: 'f1_score', job: 'memory' },
    ...{ model: `"${name}"`, what },
  }
}

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString()
}

async function post({ alertmanager }: ToldStage, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${alertmanager}/api/v2/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
