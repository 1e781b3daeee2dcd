import type { Socket } from 'node:net'
import type { Batch } from './counted.js'
import { encodeFrame, frameReader } from './frames.js'

/** Who a process is: siblings are of one service and have the same metrics. */
export interface Hello {
  readonly kind: 'hello'
  readonly service: string
  /** Names, instruments and boundaries of its metrics. */
  readonly layout: string
  /** An id of the process, or of the thread. */
  readonly process: string
}

/** What a process without the port says. */
export type MemberMessage =
  | Hello
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'gathered'; readonly round: number }
  | { readonly kind: 'inherited' }

/** What the process with the port says. */
export type OwnerMessage =
  | { readonly kind: 'welcome'; readonly url: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'gather'; readonly round: number }
  | { readonly kind: 'received'; readonly number: number }
  | { readonly kind: 'scraped' }
  | { readonly kind: 'inherit'; readonly startedAt: number; readonly uptime: number; readonly batch: Batch }
  | { readonly kind: 'leaving' }

/** A connection to a sibling. */
export interface Connection<Sent, Received> {
  send(message: Sent): void
  onMessage(handler: (message: Received) => void): void
  /** Called once. */
  onClose(handler: () => void): void
  close(): void
}

const noFigures = new Float64Array(0)

/**
 * A connection over a socket. One whose bytes or messages make no sense is closed.
 * @param refused gets the error in them
 */
export function connection<Sent extends { readonly kind: string }, Received>(
  socket: Socket,
  refused: (error: unknown) => void,
): Connection<Sent, Received> {
  let handle: (message: Received) => void = () => {}
  const read = frameReader()
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    try {
      for (const { header, figures } of read(bytes)) {
        const message = header as { readonly batch?: object }
        handle((message.batch ? { ...message, batch: { ...message.batch, figures } } : message) as Received)
      }
    } catch (error) {
      socket.destroy()
      refused(error)
    }
  })
  return {
    send(message) {
      const { batch } = message as { readonly batch?: Batch }
      const header = batch === undefined ? message : { ...message, batch: { ...batch, figures: undefined } }
      if (socket.writable) socket.write(encodeFrame({ header, figures: batch?.figures ?? noFigures }))
    },
    onMessage: (handler) => {
      handle = handler
    },
    onClose: (handler) => {
      socket.once('close', handler)
    },
    close: () => void socket.end(),
  }
}
