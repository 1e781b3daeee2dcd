import type { Panel, PanelSpec, RowPanel } from './schema.js'

const gridWidth = 24

/** Panels that belong together, under a heading. */
export interface Section {
  readonly title: string
  readonly panels: readonly PanelSpec[]
  /** Folded, a section asks nothing until it is opened. Default false. */
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
