/** What to do about a request that was refused. */
export interface Refused {
  /** How long its answer waits, in ms. */
  readonly delayMs: number
  /** Whether it is logged. */
  readonly isLogged: boolean
  /** How many refusals of this sender were not logged since the last one that was. */
  readonly unlogged: number
}

/** Refusals by sender, so that guessing a key is slow and does not fill the log. */
export interface Attempts {
  /** @param isGuess whether the request had a key, and a wrong one */
  refused(sender: string, isGuess: boolean): Refused
}

/** Wrong keys of one minute that are answered at once: a person who mistypes. */
const freeGuesses = 10
/** How long the answer to each further one waits. A right key is never held up, as other users send from there too. */
const guessDelayMs = 500
/** Lines of log for one sender in a minute. */
const mostLines = 10
const minuteMs = 60_000
/** Senders that are remembered; beyond it, the one that began first is forgotten. */
const mostSenders = 1_000

/** @param now Unix ms; default the clock */
export function countAttempts(now: () => number = Date.now): Attempts {
  const senders = new Map<string, { since: number; guesses: number; lines: number; unlogged: number }>()
  return {
    refused(sender, isGuess) {
      const known = senders.get(sender)
      const isOld = known === undefined || now() - known.since >= minuteMs
      const counts = isOld ? { since: now(), guesses: 0, lines: 0, unlogged: known?.unlogged ?? 0 } : known
      senders.delete(sender)
      senders.set(sender, counts)
      const [oldest] = senders.keys()
      if (senders.size > mostSenders && oldest !== undefined) senders.delete(oldest)
      if (isGuess) counts.guesses++
      const delayMs = isGuess && counts.guesses > freeGuesses ? guessDelayMs : 0
      if (counts.lines >= mostLines) {
        counts.unlogged++
        return { delayMs, isLogged: false, unlogged: counts.unlogged }
      }
      counts.lines++
      const { unlogged } = counts
      counts.unlogged = 0
      return { delayMs, isLogged: true, unlogged }
    },
  }
}
