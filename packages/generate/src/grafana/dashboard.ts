import { type Config, durationSeconds } from '@mnemoscope/kpi'
import { header } from '../generated-file.js'
import { navigation, tag } from './links.js'
import type { Annotation, Dashboard, Panel, PanelSpec, RowPanel, Variable } from './schema.js'

/** The version of the classic dashboard schema that these dashboards are written in. */
const schemaVersion = 42

/** What differs between dashboards. */
export interface DashboardSpec {
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Time range in Grafana's notation: from so long ago until now. Default `now-6h`. */
  readonly from?: string
  readonly tags?: readonly string[]
  readonly variables: readonly Variable[]
  readonly annotations?: readonly Annotation[]
  /** Whether it has the variables of a place, for links to take along. Default true. */
  readonly ofPlaces?: boolean
  readonly sections: readonly Section[]
}

/** A dashboard of the classic schema, refreshed as often as the configuration says. Not editable: it is generated. */
export function dashboard(config: Config, spec: DashboardSpec): Dashboard {
  const refresh = refreshInterval(config)
  return {
    uid: spec.uid,
    title: spec.title,
    // JSON has no comments, so the description says what the first line of other generated files says.
    description: `${spec.description} ${header}`,
    tags: [tag, ...(spec.tags ?? [])],
    schemaVersion,
    editable: false,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: spec.from ?? 'now-6h', to: 'now' },
    refresh,
    timepicker: { refresh_intervals: refreshChoices(refresh) },
    templating: { list: [...spec.variables] },
    annotations: { list: spec.annotations ?? [] },
    links: navigation(spec),
    panels: layout(spec.sections),
  }
}

/** Grafana takes one number and one unit, and by default nothing below 5 s. */
function refreshInterval({ dashboard: { refreshInterval } }: Config): string {
  return `${Math.max(5, Math.ceil(durationSeconds(refreshInterval)))}s`
}

function refreshChoices(refresh: string): string[] {
  const choices = new Set([refresh, '5s', '10s', '30s', '1m', '5m', '15m', '1h'])
  return [...choices].sort((a, b) => durationSeconds(a) - durationSeconds(b))
}

const gridWidth = 24

/** Panels that belong together, under a heading. */
export interface Section {
  readonly title: string
  readonly panels: readonly PanelSpec[]
  /** A folded section sends no query until it is opened. Default false. */
  readonly collapsed?: boolean
}

/** Places panels from left to right and top to bottom, each section under its heading; ids count up from 1. */
export function layout(sections: readonly Section[]): (Panel | RowPanel)[] {
  let id = 0
  let y = 0
  return sections.flatMap(({ title, panels, collapsed = false }) => {
    const heading: RowPanel = {
      type: 'row',
      id: ++id,
      title,
      collapsed,
      gridPos: { x: 0, y, w: gridWidth, h: 1 },
      panels: [],
    }
    y += 1
    let x = 0
    let rowHeight = 0
    const placed = panels.map(({ width, height, ...panel }): Panel => {
      if (x + width > gridWidth) {
        x = 0
        y += rowHeight
        rowHeight = 0
      }
      const gridPos = { x, y, w: width, h: height }
      x += width
      rowHeight = Math.max(rowHeight, height)
      return { id: ++id, gridPos, ...panel }
    })
    y += rowHeight
    return collapsed ? [{ ...heading, panels: placed }] : [heading, ...placed]
  })
}
