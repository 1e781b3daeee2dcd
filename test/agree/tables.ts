import { readOff, type Shown } from '../dashboards/agreement/shown.js'

/** A table of a report: its title, the texts of its cells, head first, and what stands below it. */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note: string
}

/** The tables of a report as text. Columns are told by the places at which each line of the table has a gap. */
export function tablesOfText(text: string): Table[] {
  const blocks = text.split('\n\n').map((block) => block.split('\n'))
  return blocks.flatMap(([title = '', ...lines]): Table[] => {
    if (!/^[A-Z][A-Z ]+$/.test(title)) return []
    const table = lines.filter((line) => /\S\s{3,}\S|^ {6,}/.test(line) && !/^ {4}\w+: http/.test(line))
    const notes = lines.filter((line) => !table.includes(line)).map((line) => line.trim())
    const columns = columnsOf(table)
    const cells = table.map((line) => columns.map(([from, to]) => line.slice(from, to).trim()))
    // The last line of a head has a word in every column, but for one of names or texts.
    const last = cells.findIndex((row) => row.filter((cell) => cell !== '').length >= columns.length - 1)
    const heads = cells.slice(0, last + 1)
    const head = columns.map((_, i) =>
      heads
        .map((row) => row[i] ?? '')
        .filter((cell) => cell !== '')
        .join(' '),
    )
    return [{ title, head, rows: cells.slice(last + 1), note: notes.join(' ') }]
  })
}

/** Where columns begin and end: after at least three places that are blank in every line. */
function columnsOf(lines: readonly string[]): [from: number, to: number][] {
  const width = Math.max(0, ...lines.map(({ length }) => length))
  const isBlank = Array.from({ length: width }, (_, i) => lines.every((line) => (line[i] ?? ' ') === ' '))
  const columns: [number, number][] = []
  let begin = 2
  for (let i = 2; i <= width; i++) {
    if (i < width && !(isBlank[i] && isBlank[i + 1] && isBlank[i + 2])) continue
    if (isBlank.slice(begin, i).some((blank) => !blank)) columns.push([begin, i])
    while (i < width && isBlank[i]) i++
    begin = i
  }
  return columns
}

/** The tables of a report as Markdown. */
export function tablesOfMarkdown(markdown: string): Table[] {
  return markdown
    .split('\n## ')
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n')
      const rows = lines
        .filter((line) => line.startsWith('| '))
        .map((line) => line.slice(2, -2).split(' | ').map(unescaped))
      const [head = [], , ...body] = rows
      const note = lines.filter((line) => line !== '' && !line.startsWith('|')).map(unescaped)
      return { title, head, rows: body, note: note.join(' ') }
    })
}

const unescaped = (text: string) => text.replaceAll(/\\([\\`*[\]<>|])/g, '$1').trim()

/** The tables of a report as HTML. */
export function tablesOfHtml(html: string): Table[] {
  return html
    .split('<h2>')
    .slice(1)
    .map((part) => {
      const [title = ''] = part.split('</h2>')
      const rows = [...part.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
        [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => plain(cell)),
      )
      const note = [...part.matchAll(/<p[^>]*>(.*?)<\/p>/g)].map(([, text = '']) => plain(text))
      const [head = [], ...body] = rows
      return { title: plain(title), head, rows: body, note: note.join(' ') }
    })
}

const plain = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

/** The number of a cell; null where it says that it is unknown. */
export function numberIn(cell: string): Shown | null {
  return cell === 'unknown' || cell === '' || cell === '–' ? null : readOff(cell)
}
