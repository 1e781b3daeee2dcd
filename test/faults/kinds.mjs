import { between, oneOf } from './random.mjs'

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * What can go wrong. Each fault uses one `part` of the stack alone, is undone at its end, and says what it did.
 * @returns {{ kind: string, parts: string[], run: (random: () => number, part: string) => Promise<string> }[]}
 */
export function faultKinds(stack) {
  const { servers, links, disk } = stack
  const linkNames = Object.keys(links)
  const kill = {
    kind: 'kill -9',
    parts: Object.values(servers).map(({ name }) => name),
    async run(random, part) {
      const server = Object.values(servers).find(({ name }) => name === part)
      const downMs = between(random, 0, 4_000)
      await server.killFor(downMs)
      return `down for ${Math.round(downMs)} ms`
    },
  }
  const cut = {
    kind: 'connections cut',
    parts: linkNames,
    async run(random, part) {
      const ms = between(random, 100, 5_000)
      links[part].cut()
      await wait(ms)
      links[part].heal()
      return `refused for ${Math.round(ms)} ms`
    },
  }
  const stall = {
    kind: 'connections stalled',
    parts: linkNames,
    async run(random, part) {
      const ms = between(random, 500, 8_000)
      links[part].stall()
      await wait(ms)
      links[part].heal()
      return `silent for ${Math.round(ms)} ms`
    },
  }
  const lost = {
    kind: 'connections lost without a word',
    parts: ['recorder to Postgres', 'recorder to Prometheus'],
    async run(_, part) {
      links[part].lose()
      return 'new ones work'
    },
  }
  const full = {
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
  const clock = {
    kind: 'clock shifted',
    parts: ['clock'],
    async run(random) {
      const aheadMs =
        oneOf(random, [-1, 1]) *
        oneOf(random, [() => between(random, 3_000, 60_000), () => between(random, 60_000, 7_200_000)])()
      const ms = between(random, 1_000, 10_000)
      stack.shiftClock(aheadMs)
      await wait(ms)
      stack.shiftClock(0)
      return `${Math.round(aheadMs / 1_000)} s ${aheadMs > 0 ? 'ahead' : 'behind'} for ${Math.round(ms)} ms`
    },
  }
  return [kill, kill, cut, stall, lost, clock, ...('impossible' in disk ? [] : [full])]
}
