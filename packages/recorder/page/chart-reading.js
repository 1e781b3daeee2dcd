import { meanColumn } from './chart-data.js'
import { byId, element, setText } from './element.js'
import { formatValue, seriesName } from './format.js'
import { formatLocal, formatUtc } from './time.js'

/** Shows below a chart what its lines are at the cursor; nothing where the cursor is elsewhere. */
export function readPoint(plot, entry) {
  const reading = entry.figure.querySelector('.reading')
  const index = plot?.cursor.idx
  if (index === null || index === undefined) {
    reading.replaceChildren()
    return
  }
  const { view } = entry
  const time = plot.data[0][index]
  const items = valuesAt(plot, view, index).map(({ line, text }) =>
    element('span', {}, element('span', { class: `key ${line.colour.slice(2)}` }), text),
  )
  reading.replaceChildren(
    element('span', {}, element('strong', {}, `${formatUtc(time)} UTC`), ` · ${formatLocal(time)}`),
    ...items,
  )
}

/** Lets arrow keys, Home and End move through a chart, and says each step. */
export function readWithKeys(event, entry) {
  const { plot, view } = entry
  const last = plot.data[0].length - 1
  const from = plot.cursor.idx ?? last
  const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key]
  if (to === undefined) return
  event.preventDefault()
  const index = Math.min(last, Math.max(0, to))
  const time = plot.data[0][index]
  plot.setCursor({ left: plot.valToPos(time, 'x'), top: 10 })
  readPoint(plot, entry)
  const values = valuesAt(plot, view, index).map(({ text }) => text)
  setText(byId('chart-announcement'), `${formatUtc(time)} UTC. ${values.join(', ')}`)
}

function valuesAt(plot, { lines, kpi, several }, index) {
  return lines.map((line, i) => {
    const [mean, least, greatest] = [0, 1, 2].map((field) => plot.data[meanColumn(i) + field][index])
    const range =
      least !== null && least !== greatest
        ? ` (${formatValue(least, kpi.unit)} to ${formatValue(greatest, kpi.unit)})`
        : ''
    return { line, text: `${seriesName(line, several)}: ${formatValue(mean, kpi.unit)}${range}` }
  })
}
