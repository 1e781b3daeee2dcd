import { faultKinds } from './kinds.mjs'
import { between, oneOf, randomFrom } from './random.mjs'

/**
 * Makes faults at random moments, two at a time, never two of the same part at once.
 * @param {{ count: number, seed: number, until: number, tell: (text: string) => void }} options
 * @returns {Promise<Map<string, number>>} how many there were, by what they were
 */
export async function makeFaults(stack, { count, seed, until, tell }) {
  const kinds = faultKinds(stack)
  const busy = new Set()
  const done = new Map()
  let begun = 0

  const lane = async (random) => {
    while (begun < count && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, between(random, 200, 2_500)))
      const { kind, parts, run } = oneOf(random, kinds)
      const part = oneOf(random, parts)
      if (busy.has(part) || begun >= count) continue
      const number = ++begun
      busy.add(part)
      const what = await run(random, part)
      busy.delete(part)
      const name = part === 'disk' || part === 'clock' ? kind : `${kind}: ${part}`
      done.set(name, (done.get(name) ?? 0) + 1)
      tell(`fault ${number}: ${name}, ${what}`)
    }
  }
  await Promise.all([lane(randomFrom(2 * seed)), lane(randomFrom(2 * seed + 1))])
  return done
}
