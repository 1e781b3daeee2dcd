const firstRetryMs = 1_000
const longestRetryMs = 15_000
/** The recorder says that it is there every 15 s; twice that without a word means it is not. */
const silentMs = 40_000

/**
 * Listens to the recorder's events, for ever: a stream that ends, fails or falls silent is opened again.
 * @param {{ onNews: () => void, onState: (state: 'live' | 'lost') => void }} options onNews hears of every change, and of
 *   each new beginning, as there may have been changes in between
 */
export function listen({ onNews, onState }) {
  let retryMs = firstRetryMs
  let silence

  function open() {
    const source = new EventSource('/api/events')
    const lost = () => {
      source.close()
      clearTimeout(silence)
      onState('lost')
      setTimeout(open, retryMs)
      retryMs = Math.min(longestRetryMs, retryMs * 1.5)
    }
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(lost, silentMs)
      retryMs = firstRetryMs
      onState('live')
    }
    // The browser's own retry gives up for good on an answer that is no stream, such as a proxy's.
    source.addEventListener('error', lost)
    source.addEventListener('alive', heard)
    source.addEventListener('hello', () => {
      heard()
      onNews()
    })
    source.addEventListener('change', () => {
      heard()
      onNews()
    })
  }

  open()
}
