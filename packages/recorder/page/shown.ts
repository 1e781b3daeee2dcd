/** What the page and reports show alike: charts, as shapes of SVG, and what changed before an alert, as lines. */
export { beforeLines, lineText, nothingBefore } from './before-lines.js'
export { changeInWords } from './change-in-words.js'
export { type KpiChart, kpiCharts, legendOf } from './chart-data.js'
export { drawChart, lineKey } from './chart-drawing.js'
export { type ChartContent, chartFrame, limitsOutside } from './chart-frame.js'
export { changeName } from './chart-lines.js'
export { limitLabel, type Scale, scaleOf, timeText } from './chart-scale.js'
export { escapeMarkup, shapeMarkup } from './shape.js'
