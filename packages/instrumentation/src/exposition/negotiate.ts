import type { ExpositionFormat } from './family-text.js'

/** The format a scraper prefers: OpenMetrics where it asks for a version of it that is written here, else plain text. */
export function formatOf(accept: string | undefined): ExpositionFormat {
  let openMetrics = 0
  let text = 0
  for (const { name, parameters, quality } of preferences(accept)) {
    if (name === 'application/openmetrics-text' && knownVersions.has(parameters.get('version') ?? '1.0.0')) {
      openMetrics = Math.max(openMetrics, quality)
    } else if (name === 'text/plain') {
      text = Math.max(text, quality)
    }
  }
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text'
}

const knownVersions: ReadonlySet<string> = new Set(['1.0.0', '0.0.1'])

/** Whether a scraper takes gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return preferences(acceptEncoding).some(({ name, quality }) => name === 'gzip' && quality > 0)
}

interface Preference {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  /** From 0, never, to 1. */
  readonly quality: number
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2 */
function preferences(header: string | undefined): Preference[] {
  return (header ?? '').split(',').map((item) => {
    const [name = '', ...rest] = item.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map(rest.map((parameter) => pair(parameter)))
    const quality = Number(parameters.get('q') ?? 1)
    return { name, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 }
  })
}

function pair(parameter: string): [string, string] {
  const [name = '', value = ''] = parameter.split('=')
  return [name, value.replace(/^"(.*)"$/, '$1')]
}
