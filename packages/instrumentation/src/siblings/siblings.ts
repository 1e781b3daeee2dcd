import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { platform } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Collection, Metric } from '../accumulate/metric.js'
import { type ProcessAge, processAge } from '../accumulate/self-metrics.js'
import type { Warn } from '../guards/warnings.js'
import { type Batch, Counted } from './counted.js'
import { type Connection, connection, type MemberMessage, type OwnerMessage } from './messages.js'
import { Totals, type TotalsOptions } from './totals.js'

/** The processes of a service that share one port: workers of a cluster, threads, a process and its successor. */
export interface Siblings {
  /** This process has the port now: it serves what all of them count. */
  serve(url: string): Promise<void>
  /**
   * Joins the process that has the port. What this one counts is then served there.
   * @returns the address of the metrics, or why there is no sibling to join
   */
  join(): Promise<{ readonly url: string } | { readonly refused: string }>
  /** Calls a handler when the joined process has gone, with how long to wait before the port is tried. */
  onLost(handler: (waitMilliseconds: number) => void): void
  /** Asks all processes what they have counted. Never rejects, and waits for a silent one a moment only. */
  gather(): Promise<void>
  /** What to serve. */
  metrics(): Iterable<Metric>
  /** Hands what was counted to a sibling, and takes no other one any more. Called before the port is closed. */
  handOver(): Promise<void>
  /** Leaves the siblings. Called after the port is closed. */
  close(): void
}

export interface SiblingsOptions extends Omit<TotalsOptions, 'metrics'> {
  readonly service: string
  readonly place: string
  readonly metrics: TotalsOptions['metrics']
  /** The metrics of this process alone. */
  readonly own: () => Iterable<Metric>
  readonly collect: () => Collection
  /** The age of this process. */
  readonly age: ProcessAge
  readonly warn: Warn
}

type Member = Connection<OwnerMessage, MemberMessage> & { readonly process: string }

/** A member sends what it counts this often, so that little is lost when it is killed. */
const everyMilliseconds = 1_000

/** How long a scrape waits for members whose event loop is busy. What they have counted comes with the next scrape. */
const gatherMilliseconds = 300

const answerMilliseconds = 1_000

/** A new owner needs a moment from the port to the socket. */
const attempts = { count: 5, apart: 60 }

/** How long others leave the port to the process that inherits. */
const heirFirst = 500

export function siblings(options: SiblingsOptions): Siblings {
  const { service, place, now } = options
  const self = randomUUID()
  const layout = options.metrics.map(({ metric: { family } }) => [
    family.name,
    family.instrument,
    family.boundaries,
  ])
  const hello = { kind: 'hello', service, layout: JSON.stringify(layout), process: self } as const
  const counted = new Counted(options.metrics.map(({ metric }) => metric))
  const members = new Map<string, Member>()
  let lost: (waitMilliseconds: number) => void = () => {}
  let totals: Totals | undefined
  let age = options.age
  let ageMetrics: readonly Metric[] = []
  let server: Server | undefined
  let owner: Connection<MemberMessage, OwnerMessage> | undefined
  let inheritance: { readonly age: ProcessAge; readonly batch: Batch } | undefined
  let hasJoined = false
  let isLeaving = false
  let round = 0
  let gathered: (round: number, process: string) => void = () => {}

  const refused = (error: unknown) =>
    options.warn({
      code: 'SIBLING_REFUSED',
      message:
        `Another process of ${service} sent what makes no sense over the socket that they share: ${String(error)}. Its ` +
        'connection was closed, and what it counts since is not served. Run one version of the package in all of them.',
    })

  function share(): Totals {
    if (totals !== undefined) return totals
    totals = new Totals(options)
    ageMetrics = processAge(now(), age)
    counted.begin()
    return totals
  }

  function addOwn(): void {
    const batch = counted.batch(options.collect())
    if (batch === undefined) return
    share().add(self, batch)
    counted.confirm(batch.number)
  }

  function accept(socket: Socket): void {
    socket.unref()
    const member = connection<OwnerMessage, MemberMessage>(socket, refused)
    let id: string | undefined
    member.onMessage((message) => {
      if (message.kind === 'hello') {
        const reason = refusal(message)
        if (reason !== undefined) {
          member.send({ kind: 'refused', reason })
          return member.close()
        }
        id = message.process
        share()
        members.set(id, { ...member, process: id })
        member.send({ kind: 'welcome', url: servedAt })
      } else if (message.kind === 'batch' && id !== undefined) {
        if (isLeaving) return
        share().add(id, message.batch)
        member.send({ kind: 'confirm', number: message.batch.number })
      } else if (message.kind === 'gathered' && id !== undefined) {
        gathered(message.round, id)
      } else if (message.kind === 'inherited') {
        inherited()
      }
    })
    member.onClose(() => {
      if (id === undefined) return
      members.delete(id)
      totals?.leave(id)
      gathered(round, id)
    })
  }

  let servedAt = ''
  let inherited: () => void = () => {}

  function refusal(message: Extract<MemberMessage, { kind: 'hello' }>): string | undefined {
    if (message.service !== service) return `A process of the service ${service} has it`
    return message.layout === hello.layout
      ? undefined
      : 'A process of this service with other KPIs or boundaries has it'
  }

  function follow(joined: Connection<MemberMessage, OwnerMessage>): void {
    owner = joined
    hasJoined = true
    inheritance = undefined
    counted.begin()
    const send = (collection?: Collection) => {
      const batch = counted.batch(collection)
      if (batch !== undefined) joined.send({ kind: 'batch', batch })
    }
    const timer = setInterval(send, everyMilliseconds)
    timer.unref()
    let pause = Math.random() * 100
    joined.onMessage((message) => {
      if (message.kind === 'gather') {
        send(options.collect())
        joined.send({ kind: 'gathered', round: message.round })
      } else if (message.kind === 'confirm') {
        counted.confirm(message.number)
        confirmed()
      } else if (message.kind === 'inherit') {
        const receivedAt = options.elapsed()
        const uptime = () => message.uptime + (options.elapsed() - receivedAt) / 1_000
        inheritance = { age: { startedAt: message.startedAt, uptime }, batch: message.batch }
        pause = 0
        joined.send({ kind: 'inherited' })
      } else if (message.kind === 'leaving') {
        pause = heirFirst
      }
    })
    joined.onClose(() => {
      clearInterval(timer)
      owner = undefined
      confirmed()
      if (!isLeaving) lost(pause)
    })
    send(options.collect())
  }

  let confirmed: () => void = () => {}

  return {
    async serve(url) {
      servedAt = url
      if (hasJoined) {
        age = inheritance?.age ?? ageFrom(now(), options.elapsed)
        const served = share()
        if (inheritance !== undefined) {
          served.add('inherited', inheritance.batch)
          served.leave('inherited')
          inheritance = undefined
        }
        addOwn()
      }
      // The process that has the port has the place too: a socket that is there belongs to one that has ended.
      if (platform() !== 'win32') rmSync(place, { force: true })
      server = createServer(accept)
      server.on('error', () => undefined)
      server.unref()
      server.listen(place)
      await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => undefined)
    },
    async join() {
      for (let attempt = 1; ; attempt++) {
        const socket = connect(place)
        const joined = connection<MemberMessage, OwnerMessage>(socket, refused)
        try {
          await once(socket, 'connect')
          const answer = await answerTo(joined, hello)
          if (answer.kind !== 'welcome') return { refused: answer.reason }
          // Until here it keeps the process alive: the service waits for its start.
          socket.unref()
          follow(joined)
          return { url: answer.url }
        } catch (error) {
          socket.destroy()
          if (attempt === attempts.count) return { refused: reasonOf(error) }
          await wait(attempts.apart)
        }
      }
    },
    onLost: (handler) => {
      lost = handler
    },
    async gather() {
      if (totals === undefined || isLeaving) return
      totals.sweep()
      addOwn()
      const silent = new Set(members.keys())
      round++
      for (const member of members.values()) member.send({ kind: 'gather', round })
      if (silent.size === 0) return
      await within(gatherMilliseconds, (done) => {
        gathered = (answered, id) => {
          if (answered === round) silent.delete(id)
          if (silent.size === 0) done()
        }
      })
    },
    metrics: () => (totals === undefined ? options.own() : [...totals.metrics, ...ageMetrics]),
    async handOver() {
      // Closing a socket removes its file, which can be the next owner's already once the port is free.
      const closeDoor = () => server?.listening && server.close()
      if (owner !== undefined) {
        isLeaving = true
        const batch = counted.batch(options.collect())
        if (batch === undefined) return
        owner.send({ kind: 'batch', batch })
        await within(answerMilliseconds / 2, (done) => {
          confirmed = done
        })
      } else if (totals !== undefined && members.size > 0) {
        await this.gather()
        isLeaving = true
        closeDoor()
        const [heir, ...others] = members.values()
        for (const other of others) other.send({ kind: 'leaving' })
        const batch = new Counted(totals.metrics).batch()
        if (batch === undefined || heir === undefined) return
        const { startedAt, uptime } = age
        heir.send({ kind: 'inherit', startedAt, uptime: uptime(), batch })
        await within(answerMilliseconds, (done) => {
          inherited = done
        })
      } else {
        closeDoor()
      }
    },
    close() {
      isLeaving = true
      owner?.close()
      for (const member of members.values()) member.close()
    },
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ECONNREFUSED'
    ? 'A program that is no process of this service has it'
    : `A process of this service has it, and cannot be joined: ${message}`
}

/** The age of counts that begin now. */
function ageFrom(now: number, elapsed: () => number): ProcessAge {
  const begun = elapsed()
  return { startedAt: now / 1_000, uptime: () => (elapsed() - begun) / 1_000 }
}

async function answerTo(
  joined: Connection<MemberMessage, OwnerMessage>,
  hello: MemberMessage,
): Promise<Extract<OwnerMessage, { kind: 'welcome' | 'refused' }>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it does not answer')), answerMilliseconds)
    joined.onMessage((message) => {
      clearTimeout(timer)
      if (message.kind === 'welcome' || message.kind === 'refused') resolve(message)
      else reject(new Error(`it answers ${message.kind}`))
    })
    joined.onClose(() => {
      clearTimeout(timer)
      reject(new Error('it closes the connection'))
    })
    joined.send(hello)
  })
}

/** Waits until `done` is called, but not longer. */
function within(milliseconds: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    start(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
