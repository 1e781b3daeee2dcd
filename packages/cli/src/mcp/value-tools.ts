import type { AnswerOf } from '@mnemoscope/recorder'
import { changeInWords } from '@mnemoscope/recorder/shown'
import { z } from 'zod'
import { ask } from '../recorder-client.js'
import { statusOf, unappliedText } from '../report/now.js'
import { hours, limit, place } from './inputs.js'
import { type Tool, tool, utcTime } from './tool.js'

type Dashboard = AnswerOf<'GET /api/dashboard'>

/** Points of a line that a model can still read. */
const mostPoints = 60

/** How the KPIs are and were, and what people changed. */
export const valueTools: readonly Tool[] = [
  tool({
    name: 'status',
    title: 'Status',
    description:
      'Is the memory system healthy now? The worst level that fires, one line that says what is wrong, how many alerts are open, how old ' +
      'the newest data are, and notices about the monitoring itself. "unknown" means that there are no data: that is not healthy.',
    input: z.object({}),
    async answer({ recorder }) {
      const [data, { notices }, { problem }] = await Promise.all([
        ask(recorder, 'GET /api/dashboard', { has: 'open_alerts', query: { hours: 1 } }),
        ask(recorder, 'GET /api/notices', { has: 'notices' }),
        ask(recorder, 'GET /api/config', { has: 'config' }),
      ])
      const texts = [
        ...(problem === null ? [] : [unappliedText(problem)]),
        ...(notices?.map(({ text }) => text) ?? []),
      ]
      return {
        ...statusOf(data, recorder, texts),
        open_alerts: data.open_alerts.length,
        newest_data: utcTime(data.last_instant),
        now: utcTime(data.timestamp),
        places: data.current.length,
        notices: texts,
      }
    },
  }),
  tool({
    name: 'current_values',
    title: 'Current values',
    description:
      'The newest value of each KPI at each place (service, model, context size, operation), with unit, thresholds and which direction is good. ' +
      'Ask it for how good something is right now.',
    input: z.object({
      kpi: z.string().optional().describe('Only this KPI, such as f1_score or latency.'),
      ...place,
      limit: limit(200, 50),
    }),
    async answer({ recorder }, { kpi, limit: most, ...query }) {
      const data = await ask(recorder, 'GET /api/dashboard', {
        has: 'current',
        query: { hours: 1, ...query },
      })
      const values = data.current.flatMap((snapshot) => valuesOf(snapshot, data, kpi))
      return { kpis: kpisOf(data, kpi), total: values.length, values: values.slice(0, most) }
    },
  }),
  tool({
    name: 'kpi_history',
    title: 'History of a KPI',
    description:
      'How one KPI went over time at each place: points of time, mean, least and greatest. Ask it for since when something is bad, ' +
      'or whether it recovers. Up to 60 points of each line.',
    input: z.object({
      kpi: z.string().describe('Id of the KPI, such as f1_score.'),
      hours: hours(24),
      ...place,
      limit: limit(20, 5).describe('Most lines.'),
    }),
    async answer({ recorder }, query) {
      const { series, step_seconds } = await ask(recorder, 'GET /api/series', { has: 'series', query })
      return {
        kpi: query.kpi,
        step_seconds,
        lines: series.map(({ points, ...where }) => ({
          ...where,
          points: thinned(points).map(([at, mean, least, greatest]) => ({
            at: utcTime(at),
            mean,
            least,
            greatest,
          })),
        })),
      }
    },
  }),
  tool({
    name: 'what_changed',
    title: 'What changed',
    description:
      'Deployments and changes of the configuration, newest first: what, when and by whom. Ask it for what people did before something broke.',
    input: z.object({ hours: hours(24), service: place.service, limit: limit(100, 20) }),
    async answer({ recorder }, { service, ...query }) {
      const [{ deployments }, { changes }] = await Promise.all([
        ask(recorder, 'GET /api/deployments', { has: 'deployments', query: { ...query, service } }),
        ask(recorder, 'GET /api/config/changes', { has: 'changes', query }),
      ])
      const all = [
        ...deployments.map(({ at, by, service, version, previous_version }) => ({
          at,
          what: changeInWords({ kind: 'deployment', by, what: `${service} ${version}` }),
          service,
          version,
          previous_version,
        })),
        ...changes.map(({ at, by, summary }) => ({
          at,
          what: changeInWords({ kind: 'configuration', by, what: summary.join('; ') }),
        })),
      ]
      const newest = all.toSorted((a, b) => b.at - a.at).slice(0, query.limit)
      return { changes: newest.map((change) => ({ ...change, at: utcTime(change.at) })) }
    },
  }),
  tool({
    name: 'compare_models',
    title: 'Compare models',
    description:
      'Models side by side over a time: averages over operations, how many there were, and what each number is of.',
    input: z.object({
      kpi: z.string().optional(),
      hours: hours(24),
      service: place.service,
      operation: place.operation,
    }),
    async answer({ recorder }, query) {
      const { models } = await ask(recorder, 'GET /api/analysis/models', { has: 'models', query })
      return { models }
    },
  }),
  tool({
    name: 'lasting_changes',
    title: 'Lasting changes',
    description:
      'When a KPI changed for good (a step that stayed), with the level before and after. Ask it for what got slowly or silently worse over days. ' +
      'It needs a window of 16 hours or more.',
    input: z.object({ kpi: z.string().optional(), hours: hours(168), ...place }),
    async answer({ recorder }, query) {
      const { changes } = await ask(recorder, 'GET /api/analysis/changes', { has: 'changes', query })
      return { changes }
    },
  }),
]

function kpisOf({ kpis }: Dashboard, wanted: string | undefined) {
  return kpis
    .filter(({ id }) => wanted === undefined || id === wanted)
    .map(({ id, title, unit, direction, thresholds, value_of }) => ({
      id,
      title,
      unit,
      direction,
      thresholds,
      value_of,
    }))
}

function valuesOf(snapshot: Dashboard['current'][number], { kpis }: Dashboard, wanted: string | undefined) {
  const { timestamp, service, model, context_size, operation } = snapshot
  return kpis
    .filter(({ id }) => wanted === undefined || id === wanted)
    .flatMap(({ id }) => {
      const measured = snapshot.kpis[id]
      return measured === undefined
        ? []
        : [{ service, model, context_size, operation, kpi: id, at: utcTime(timestamp), ...measured }]
    })
}

/** At most so many points, evenly taken, the newest among them. */
function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / mostPoints)
  return points.filter((_, i) => (points.length - 1 - i) % every === 0)
}
