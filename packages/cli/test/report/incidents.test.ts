import { expect, test } from '@jest/globals'
import { type Incident, incidentSections, incidentsSection } from '../../src/report/incidents.js'

const incident: Incident = {
  ...{ id: 3, title: 'memory: Latency, 2 alerts', titled_by: null, level: 'critical', state: 'open' },
  ...{ starts_at: 1_000, ends_at: null, services: ['memory'], kpis: ['latency'], alerts: 2, open_alerts: 1 },
  ...{ acknowledged_at: null, people: [] },
}
const over: Incident = { ...incident, id: 4, state: 'resolved', ends_at: 1_060, people: ['ada', 'grace'] }

test('incidents that are not over come first, and the section says how many more there are', () => {
  const { rows, note } = incidentsSection([over, incident, ...Array(10).fill(over)], 1_600)
  const texts = rows.map((row) => row.map(({ text }) => text))
  expect(texts).toHaveLength(11)
  expect(texts.slice(1, 3)).toEqual([
    ['3', expect.any(String), 'CRITICAL', 'open', '10 min so far', incident.title, 'nobody yet'],
    ['4', expect.any(String), 'CRITICAL', 'resolved', '60 s', incident.title, 'ada, grace'],
  ])
  expect(note?.text).toBe('2 more in this time.')
  expect(incidentsSection([], 1_600)).toMatchObject({ rows: [], note: { text: 'None.' } })
})

test('one incident has its alerts and its timeline, and says what is left out', () => {
  const entry = {
    at: 1_000,
    kind: 'config_change',
    what: 'x',
    by: 'ada',
    level: null,
    episode: null,
  } as const
  const notified = { was_notified: false, notified_at: null }
  const detail = { ...incident, ...notified, merged: [], episodes: [], timeline: [entry], left_out: 5 }
  const [what, alerts, timeline] = incidentSections(detail, 1_600)
  expect(what?.title).toBe('INCIDENT 3: memory: Latency, 2 alerts')
  expect(alerts?.note?.text).toBe('2 more.')
  expect(timeline?.rows[1]?.map(({ text }) => text).slice(1)).toEqual(['config change', 'x', 'ada'])
  expect(timeline?.note?.text).toBe('5 more entries are not shown, most of them of alerts and notifications.')
  expect(what?.rows[1]?.[4]).toEqual({ text: 'nobody', tone: 'bad' })
})
