import { randomInt } from 'node:crypto'
import { canaryId } from './canary-id.js'

/** A small fact about something that nobody else speaks of. */
export interface Fact {
  readonly id: string
  readonly question: string
  /** What it says first, and what an update makes of it. */
  readonly before: Saying
  readonly after: Saying
}

interface Saying {
  readonly text: string
  /** The word in the text that answers the question. */
  readonly answer: string
}

/** A question that each canary answers more or less: it finds those that were left behind. */
export const anyCanary = 'Where does the canary live?'

/** A new fact, in words that no other text has. Full-text search finds it by its name, embeddings by its topic. */
export function newFact(): Fact {
  const name = newWord()
  const saying = (answer: string): Saying => ({ text: `The canary ${name} lives in ${answer}.`, answer })
  return {
    id: canaryId(),
    question: `Where does the canary ${name} live?`,
    before: saying(newWord()),
    after: saying(newWord()),
  }
}

const consonants = 'bdfgklmnprstvz'
const vowels = 'aeiou'

function newWord(): string {
  const syllable = () => `${consonants[randomInt(consonants.length)]}${vowels[randomInt(vowels.length)]}`
  const word = Array.from({ length: 5 }, syllable).join('')
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}
