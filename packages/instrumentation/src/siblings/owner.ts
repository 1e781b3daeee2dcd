import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { platform } from 'node:os'
import { within } from '../guards/timers.js'
import { type Connection, connection, type Hello, type MemberMessage, type OwnerMessage } from './messages.js'
import type { Served } from './served.js'

/** How long a scrape waits for members whose event loop is busy. What they have counted comes with the next scrape. */
const gatherMilliseconds = 300

/** How long a process that stops waits for the one that inherits. */
const inheritMilliseconds = 1_000

/** The process with the port: takes others in, and serves what all of them count. */
export interface Owner {
  /** Asks all processes what they have counted. Never rejects, and waits for a silent one a moment only. */
  gather(): Promise<void>
  /** What was gathered has been scraped: no other process may serve it again. */
  scraped(): void
  /** Hands what is served to another process, and takes no more in. */
  handOver(): Promise<void>
  close(): void
}

export interface OwnerOptions {
  readonly hello: Hello
  /** The socket at which others knock. */
  readonly place: string
  /** The address of the metrics. */
  readonly url: string
  readonly served: Served
  /** Gets an error in what a process sent. */
  readonly refused: (error: unknown) => void
}

export async function startOwner({ hello, place, url, served, refused }: OwnerOptions): Promise<Owner> {
  const members = new Map<string, Connection<OwnerMessage, MemberMessage>>()
  let isLeaving = false
  let round = 0
  let gathering: Promise<void> | undefined
  let gathered: (process: string) => void = () => {}
  /** The members whose answers the next scrape has. */
  let answered: ReadonlySet<string> = new Set()
  let inherited: () => void = () => {}

  function accept(socket: Socket): void {
    socket.unref()
    const member = connection<OwnerMessage, MemberMessage>(socket, refused)
    let id: string | undefined
    member.onMessage((message) => {
      if (message.kind === 'hello') {
        const reason = whyNot(hello, message)
        if (reason !== undefined) {
          member.send({ kind: 'refused', reason })
          return member.close()
        }
        id = message.process
        served.share()
        members.set(id, member)
        member.send({ kind: 'welcome', url })
      } else if (message.kind === 'batch' && id !== undefined && !isLeaving) {
        served.share().add(id, message.batch)
        member.send({ kind: 'received', number: message.batch.number })
      } else if (message.kind === 'gathered' && id !== undefined && message.round === round) {
        gathered(id)
      } else if (message.kind === 'inherited') {
        inherited()
      }
    })
    member.onClose(() => {
      if (id === undefined) return
      // It can be back already, with a new connection.
      if (members.get(id) === member) {
        members.delete(id)
        served.share().leave(id)
      }
      gathered(id)
    })
  }

  async function ask(): Promise<void> {
    served.share().sweep()
    served.addOwn(hello.process)
    answered = new Set()
    const asked = [...members.keys()]
    const silent = new Set(asked)
    if (silent.size === 0) return
    round++
    await within(gatherMilliseconds, (done) => {
      gathered = (id) => {
        silent.delete(id)
        if (silent.size === 0) done()
      }
      for (const member of members.values()) member.send({ kind: 'gather', round })
    })
    answered = new Set(asked.filter((id) => !silent.has(id)))
  }

  const scraped = () => {
    for (const id of answered) members.get(id)?.send({ kind: 'scraped' })
  }

  const gather = async () => {
    if (!served.isShared || isLeaving) return
    // Scrapes at the same time get the same answers.
    gathering ??= ask().finally(() => {
      gathering = undefined
    })
    await gathering
  }

  const server = await listening(place, accept)
  return {
    gather,
    scraped,
    async handOver() {
      await gather()
      isLeaving = true
      // Closing a socket removes its file, which can be the next owner's already once the port is free.
      if (server.listening) server.close()
      const [heir, ...others] = members.values()
      const inheritance = served.inheritance()
      if (heir === undefined || inheritance === undefined) return
      // The heir serves what they have sent until now.
      scraped()
      for (const other of others) other.send({ kind: 'leaving' })
      const { batch, age } = inheritance
      await within(inheritMilliseconds, (done) => {
        inherited = done
        heir.send({ kind: 'inherit', startedAt: age.startedAt, uptime: age.uptime(), batch })
      })
    },
    close() {
      for (const member of members.values()) member.close()
    },
  }
}

/** A server at the place. Without it, other processes find no sibling, and warn. */
async function listening(place: string, accept: (socket: Socket) => void): Promise<Server> {
  // The process that has the port has the place too: a socket that is there belongs to one that has ended.
  if (platform() !== 'win32') rmSync(place, { force: true })
  const server = createServer(accept)
  server.on('error', () => undefined)
  server.unref()
  // Else the primary process of a cluster has the socket: it keeps it over the worker's end, under a name that is gone.
  server.listen({ path: place, exclusive: true })
  await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => undefined)
  return server
}

/** Why a process can't be taken in; undefined where it can. */
function whyNot(own: Hello, other: Hello): string | undefined {
  if (other.service !== own.service) return `A process of the service ${own.service} has it`
  return other.layout === own.layout
    ? undefined
    : 'A process of this service with other KPIs or boundaries has it'
}
