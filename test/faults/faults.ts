import { setTimeout as wait } from 'node:timers/promises'
import { between, oneOf, type Random, randomFrom } from './random.js'
import type { FaultStack } from './stack.js'

/** What can go wrong. Each fault uses one part of the stack, is undone at its end, and says what it did. */
interface Kind {
  readonly kind: string
  readonly parts: readonly string[]
  readonly run: (random: Random, part: string) => Promise<string>
}

/**
 * Makes faults at random moments, two at a time, never two of the same part at once.
 * @param options `until` is Unix ms
 * @returns how many there were, by what they were
 */
export async function makeFaults(
  stack: FaultStack,
  options: { count: number; seed: number; until: number; say: (text: string) => void },
): Promise<Map<string, number>> {
  const { count, seed, until, say } = options
  const kinds = faultKinds(stack)
  const busy = new Set<string>()
  const done = new Map<string, number>()
  let begun = 0

  const lane = async (random: Random) => {
    while (begun < count && Date.now() < until) {
      await wait(between(random, 200, 2_500))
      const { kind, parts, run } = oneOf(random, kinds)
      const part = oneOf(random, parts)
      if (part === undefined || busy.has(part) || begun >= count) continue
      const number = ++begun
      busy.add(part)
      const what = await run(random, part)
      busy.delete(part)
      const name = part === 'disk' || part === 'clock' ? kind : `${kind}: ${part}`
      done.set(name, (done.get(name) ?? 0) + 1)
      say(`fault ${number}: ${name}, ${what}`)
    }
  }
  await Promise.all([lane(randomFrom(2 * seed)), lane(randomFrom(2 * seed + 1))])
  return done
}

function faultKinds({ servers, links, disk, shiftClock }: FaultStack): [Kind, ...Kind[]] {
  const linkNames = Object.keys(links)
  const link = (part: string) => links[part as keyof typeof links]
  const kill: Kind = {
    kind: 'kill -9',
    parts: Object.values(servers).map(({ name }) => name),
    async run(random, part) {
      const server = Object.values(servers).find(({ name }) => name === part)
      const downMs = between(random, 0, 4_000)
      await server?.killFor(downMs)
      return `down for ${Math.round(downMs)} ms`
    },
  }
  const cut: Kind = {
    kind: 'connections cut',
    parts: linkNames,
    async run(random, part) {
      const ms = between(random, 100, 5_000)
      link(part).cut()
      await wait(ms)
      link(part).heal()
      return `refused for ${Math.round(ms)} ms`
    },
  }
  const stall: Kind = {
    kind: 'connections stalled',
    parts: linkNames,
    async run(random, part) {
      const ms = between(random, 500, 8_000)
      link(part).stall()
      await wait(ms)
      link(part).heal()
      return `silent for ${Math.round(ms)} ms`
    },
  }
  const lost: Kind = {
    kind: 'connections lost without a word',
    parts: ['recorder to Postgres', 'recorder to Prometheus'],
    async run(_, part) {
      link(part).lose()
      return 'new ones work'
    },
  }
  const clock: Kind = {
    kind: 'clock shifted',
    parts: ['clock'],
    async run(random) {
      const direction = oneOf(random, [-1, 1])
      const [least, most] = oneOf(random, [
        [3_000, 60_000],
        [60_000, 7_200_000],
      ])
      const aheadMs = direction * between(random, least, most)
      const ms = between(random, 1_000, 10_000)
      shiftClock(aheadMs)
      await wait(ms)
      shiftClock(0)
      return `${Math.round(aheadMs / 1_000)} s ${aheadMs > 0 ? 'ahead' : 'behind'} for ${Math.round(ms)} ms`
    },
  }
  const all: [Kind, ...Kind[]] = [kill, kill, cut, stall, lost, clock]
  if ('impossible' in disk) return all
  const full: Kind = {
    kind: 'disk full',
    parts: ['disk'],
    async run(random) {
      const ms = between(random, 1_000, 6_000)
      disk.fill()
      await wait(ms)
      disk.empty()
      return `no space for ${Math.round(ms)} ms`
    },
  }
  return [...all, full]
}
