import { RefusedError } from './api.js'
import { byId, setText } from './dom.js'
import { signedOutText } from './sign-in.js'
import { formatDuration } from './time.js'

const firstRetryMs = 1_000
const longestRetryMs = 15_000
/** The recorder sends a sign of life every 15 s; without one for more than twice that long it is away. */
const silentMs = 40_000

/**
 * Listens to the recorder's events. A stream that ends, fails or falls silent is opened again.
 * @param onChange called when there is something new, and whenever a stream begins: there may have been changes between
 * @param onLost called when a stream ended
 */
export function listen({ onChange, onLost }: { onChange: () => void; onLost: () => void }): void {
  let retryMs = firstRetryMs
  let silence: ReturnType<typeof setTimeout> | undefined

  function open() {
    // Without a key there is nothing to hear, and each attempt would be a refusal.
    if (signedOutText() !== undefined) {
      setTimeout(open, firstRetryMs)
      return
    }
    const source = new EventSource('api/events')
    const lost = () => {
      source.close()
      clearTimeout(silence)
      isLive = false
      show()
      onLost()
      setTimeout(open, retryMs)
      retryMs = Math.min(longestRetryMs, retryMs * 1.5)
    }
    const alive = () => {
      clearTimeout(silence)
      silence = setTimeout(lost, silentMs)
      retryMs = firstRetryMs
      isLive = wasLive = true
      show()
    }
    // The browser's own retry gives up for good on an answer that is no stream, such as a proxy's.
    source.addEventListener('error', lost)
    source.addEventListener('alive', alive)
    for (const event of ['hello', 'change']) {
      source.addEventListener(event, () => {
        alive()
        onChange()
      })
    }
  }

  open()
}

let isLive = false
let wasLive = false
let lastAnswerAt: number | undefined
let failure: Error | undefined

/** Whether the recorder announces changes as they come; else the page has to ask. */
export function isConnected(): boolean {
  return isLive
}

/** Shows that the recorder has answered everything. */
export function showAnswered(): void {
  lastAnswerAt = Date.now()
  failure = undefined
  show()
}

/** Shows that the page waits for a token or key. */
export function showSignedOut(): void {
  failure = undefined
  show()
}

/** Shows that what is on the page is not the newest, and why. */
export function showFailed(error: Error): void {
  failure = error
  show()
}

/** What the recorder did instead of answering, as a sentence. */
export function failureText(error: Error): string {
  return error instanceof RefusedError
    ? `The recorder answered with an error: ${error.message.replace(/\.$/, '')}.`
    : `The recorder does not answer (${error.message}).`
}

function show(): void {
  const state =
    signedOutText() !== undefined
      ? 'signed-out'
      : isLive && !failure
        ? 'live'
        : failure || wasLive
          ? 'lost'
          : 'connecting'
  const texts = {
    'signed-out': 'Signed out',
    live: 'Live',
    connecting: 'Connecting …',
    lost: 'Reconnecting …',
  }
  byId('connection').className = `connection ${state}`
  setText(byId('connection'), texts[state])
  const notice = byId('connection-notice')
  notice.hidden = !failure
  if (!failure) return
  const age =
    lastAnswerAt === undefined
      ? ''
      : ` What you see is ${formatDuration((Date.now() - lastAnswerAt) / 1_000)} old.`
  setText(notice, `${failureText(failure)}${age} The page tries again by itself.`)
}

setInterval(() => {
  if (failure) show()
}, 1_000)
