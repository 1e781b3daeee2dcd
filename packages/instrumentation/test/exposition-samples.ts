/** A name and its labels, whose quoted values may hold braces, blanks and escaped quotes. */
const seriesAtStart = /^[\w:]+(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?/

/** Samples of a text exposition by series: `name{labels}` to the text of the value. Comments are left out. */
export function samplesOf(text: string): Map<string, string> {
  const samples = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const series = seriesAtStart.exec(line)?.[0] ?? ''
    if (line[series.length] !== ' ') throw new Error(`no sample: ${line}`)
    if (samples.has(series)) throw new Error(`series ${series} twice`)
    samples.set(series, line.slice(series.length + 1))
  }
  return samples
}

/** The answer of a monitor's endpoint. */
export async function scrape(url: string | undefined, accept = 'text/plain'): Promise<string> {
  const response = await fetch(url ?? '', { headers: { accept } })
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  return response.text()
}
