import { byId, setText } from './element.js'
import { formatDuration } from './time.js'

let lastAnswerAt = Date.now()
let isLive = false
let wasLive = false
let failure

/** Whether changes are told as they come; else they have to be asked for. */
export function isConnected() {
  return isLive
}

/**
 * Whether what is shown is live.
 * @param {'live' | 'lost' | 'answered' | 'failed'} event of the stream of events, or of a question
 */
export function showConnection(event, error) {
  if (event === 'live') isLive = wasLive = true
  if (event === 'lost') isLive = false
  if (event === 'answered') {
    lastAnswerAt = Date.now()
    failure = undefined
  }
  if (event === 'failed') failure = error
  show()
}

function show() {
  const state = isLive && !failure ? 'live' : failure || wasLive ? 'lost' : 'connecting'
  const texts = { live: 'Live', connecting: 'Connecting …', lost: 'Reconnecting …' }
  byId('connection').className = `connection ${state}`
  setText(byId('connection'), texts[state])
  const notice = byId('connection-notice')
  notice.hidden = !failure
  if (failure) {
    const silent = formatDuration((Date.now() - lastAnswerAt) / 1_000)
    setText(
      notice,
      `The recorder does not answer: what you see is ${silent} old. Trying again by itself. (${failure.message})`,
    )
  }
}

setInterval(() => {
  if (failure) show()
}, 1_000)
