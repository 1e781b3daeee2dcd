import { type Config, MnemoscopeError } from '@mnemoscope/kpi'

/** Services whose address differs in this run, by name: `{ demo: '127.0.0.1:9464' }`. */
export type ScrapedAt = Readonly<Record<string, string>>

/** The configured services with the addresses of this run; one that is not configured is added. */
export function scraped(services: Config['services'], at: ScrapedAt): Config['services'] {
  return [
    ...services.filter(({ name }) => !(name in at)),
    ...Object.entries(at).map(([name, target]) => ({ name, targets: [target] })),
  ]
}

/** Reads `--scrape demo=127.0.0.1:9464`, which may be given several times. */
export function scrapeOption(text: string, before: ScrapedAt = {}): ScrapedAt {
  const [, name, target] = /^([a-zA-Z_][a-zA-Z0-9_.-]*)=(\S+:\d+)$/.exec(text) ?? []
  if (name !== undefined && target !== undefined) return { ...before, [name]: target }
  throw new MnemoscopeError('USAGE', `--scrape: ${JSON.stringify(text)}`, {
    value: text,
    expected: 'service=host:port',
    next: 'Name the service and the address of its metrics.',
  })
}
