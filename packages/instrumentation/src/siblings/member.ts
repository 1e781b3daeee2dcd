import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Collection } from '../accumulate/metric.js'
import { within } from '../guards/timers.js'
import type { Counted } from './counted.js'
import { type Connection, connection, type Hello, type MemberMessage, type OwnerMessage } from './messages.js'
import type { Inheritance } from './served.js'

/** A member sends what it counts this often, so that little is lost when it is killed. */
const everyMilliseconds = 1_000

/** How long a member waits for an answer, and at its end until its last batch has been received. */
const answerMilliseconds = 1_000
const receiptMilliseconds = 500

/** A new owner needs a moment from the port to the socket. */
const attempts = { count: 5, apart: 60 }

/** How long others leave the port to the process that inherits. */
const heirFirst = 500

/** After a kill all try the port, but not all at the same moment. */
const spreadMilliseconds = 100

/** A process whose counts another one serves. */
export interface Member {
  readonly url: string
  /** Sends what it has counted a last time. */
  handOver(): Promise<void>
  close(): void
}

export interface MemberOptions {
  readonly hello: Hello
  /** The socket of the process that has the port. */
  readonly place: string
  readonly counted: Counted
  readonly collect: () => Collection
  readonly elapsed: () => number
  /** Called when the owner has gone, with what it handed over and how long to wait before the port is tried. */
  readonly lost: (waitMilliseconds: number, inheritance: Inheritance | undefined) => void
  /** Gets an error in what the owner sent. */
  readonly refused: (error: unknown) => void
}

type Owner = Connection<MemberMessage, OwnerMessage>

/** Why there is no process to join. */
export interface Refused {
  readonly refused: string
  /** Whether nobody is at the meeting place: another program has the port, or a sibling that is still starting. */
  readonly isNobodyThere: boolean
}

/** Joins the process that has the port; gives the reason where there is none to join. */
export async function joinOwner(options: MemberOptions): Promise<Member | Refused> {
  for (let attempt = 1; ; attempt++) {
    const socket = connect(options.place)
    const owner: Owner = connection(socket, options.refused)
    try {
      await once(socket, 'connect')
      const answer = await answerTo(owner, options.hello)
      if (answer.kind !== 'welcome') return { refused: answer.reason, isNobodyThere: false }
      // Until here it keeps the process alive: the service waits for its start.
      socket.unref()
      return follow(owner, answer.url, options)
    } catch (error) {
      socket.destroy()
      if (attempt === attempts.count) return refusedBy(error)
      await wait(attempts.apart)
    }
  }
}

function follow(owner: Owner, url: string, { counted, collect, elapsed, lost }: MemberOptions): Member {
  let isLeaving = false
  let pause = Math.random() * spreadMilliseconds
  let inheritance: Inheritance | undefined
  let received: (number: number) => void = () => {}
  /** @param collection with it, gauges are read too */
  const send = (collection?: Collection) => {
    const batch = counted.batch(collection)
    if (batch !== undefined) owner.send({ kind: 'batch', batch })
    return batch?.number
  }
  const timer = setInterval(() => send(), everyMilliseconds)
  timer.unref()
  owner.onMessage((message) => {
    if (message.kind === 'gather') {
      send(collect())
      counted.mark()
      owner.send({ kind: 'gathered', round: message.round })
    } else if (message.kind === 'scraped') {
      counted.confirm()
    } else if (message.kind === 'received') {
      received(message.number)
    } else if (message.kind === 'inherit') {
      const { startedAt, uptime, batch } = message
      const receivedAt = elapsed()
      inheritance = { age: { startedAt, uptime: () => uptime + (elapsed() - receivedAt) / 1_000 }, batch }
      pause = 0
      owner.send({ kind: 'inherited' })
    } else if (message.kind === 'leaving') {
      pause = heirFirst
    }
  })
  owner.onClose(() => {
    clearInterval(timer)
    received(Number.POSITIVE_INFINITY)
    if (!isLeaving) lost(pause, inheritance)
  })
  counted.begin()
  send(collect())
  return {
    url,
    async handOver() {
      isLeaving = true
      await within(receiptMilliseconds, (done) => {
        const last = send(collect())
        if (last === undefined) done()
        else received = (number) => number >= last && done()
      })
    },
    close() {
      isLeaving = true
      owner.close()
    },
  }
}

/** @throws Error if no answer comes, or one that makes no sense */
function answerTo(
  owner: Owner,
  hello: Hello,
): Promise<Extract<OwnerMessage, { kind: 'welcome' | 'refused' }>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it does not answer')), answerMilliseconds)
    owner.onMessage((message) => {
      clearTimeout(timer)
      if (message.kind === 'welcome' || message.kind === 'refused') resolve(message)
      else reject(new Error(`it answers ${message.kind}`))
    })
    owner.onClose(() => {
      clearTimeout(timer)
      reject(new Error('it closes the connection'))
    })
    owner.send(hello)
  })
}

function refusedBy(error: unknown): Refused {
  const { code, message } = error as NodeJS.ErrnoException
  const isNobodyThere = code === 'ENOENT' || code === 'ECONNREFUSED'
  return {
    isNobodyThere,
    refused: isNobodyThere
      ? 'A program that is no process of this service has it'
      : `A process of this service has it, and cannot be joined: ${message}`,
  }
}
