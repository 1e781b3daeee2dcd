import { randomUUID } from 'node:crypto'
import type { Metric } from '../accumulate/metric.js'
import type { Warn } from '../guards/warnings.js'
import { joinOwner, type Member, type Refused } from './member.js'
import type { Hello } from './messages.js'
import { type Owner, startOwner } from './owner.js'
import { type Inheritance, Served, type ServedOptions } from './served.js'

/** The processes of a service that share one port: workers of a cluster, threads, a process and its successor. */
export interface Siblings {
  /** This process has the port now: it serves what all of them count. */
  serve(url: string): Promise<void>
  /**
   * Joins the process that has the port. What this one counts is then served there.
   * @returns the address of the metrics, or why there is no sibling to join
   */
  join(): Promise<{ readonly url: string } | Refused>
  /** Calls a handler when the joined process has gone, with how long to wait before the port is tried. */
  onLost(handler: (waitMilliseconds: number) => void): void
  /** Asks all processes what they have counted, for a scrape. Never rejects. */
  gather(): Promise<void>
  /** A scrape has what was gathered. */
  scraped(): void
  /** What to serve. */
  metrics(): Iterable<Metric>
  /** Hands what was counted to a sibling. Called before the port is closed. */
  handOver(): Promise<void>
  /** Leaves the siblings. Called after the port is closed. */
  close(): void
}

export interface SiblingsOptions extends ServedOptions {
  readonly service: string
  /** The socket at which they meet. */
  readonly place: string
  readonly warn: Warn
}

export function siblings(options: SiblingsOptions): Siblings {
  const { service, place, metrics, collect, elapsed, warn } = options
  const layout = JSON.stringify(
    metrics.map(({ metric: { family } }) => [family.name, family.instrument, family.boundaries]),
  )
  const hello: Hello = { kind: 'hello', service, layout, process: randomUUID() }
  const served = new Served(options)
  let onLost: (waitMilliseconds: number) => void = () => {}
  let owner: Owner | undefined
  let member: Member | undefined
  let hasJoined = false
  let inheritance: Inheritance | undefined

  const refused = (error: unknown) =>
    warn({
      code: 'SIBLING_REFUSED',
      message:
        `Another process of ${service} sent what makes no sense over the socket that they share: ${String(error)}. Its ` +
        'connection was closed, and what it counts since is not served. Run one version of the package in all of them.',
    })

  return {
    async serve(url) {
      if (hasJoined) served.succeed(hello.process, inheritance)
      inheritance = undefined
      owner = await startOwner({ hello, place, url, served, refused })
    },
    async join() {
      const lost = (waitMilliseconds: number, inherited: Inheritance | undefined) => {
        member = undefined
        inheritance = inherited
        onLost(waitMilliseconds)
      }
      const { counted } = served
      const joined = await joinOwner({ hello, place, counted, collect, elapsed, lost, refused })
      if ('refused' in joined) return joined
      // What the last owner handed over to this one is lost: another one has taken the port.
      inheritance = undefined
      hasJoined = true
      member = joined
      return joined
    },
    onLost: (handler) => {
      onLost = handler
    },
    gather: async () => owner?.gather(),
    scraped: () => owner?.scraped(),
    metrics: () => served.metrics(),
    handOver: async () => (owner ?? member)?.handOver(),
    close: () => (owner ?? member)?.close(),
  }
}
