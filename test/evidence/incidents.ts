import { seeded } from '../truth/random.js'

export const causes = ['deployment', 'configuration', 'tenant', 'document_type', 'region'] as const
export type Cause = (typeof causes)[number]

/** A measurement as a service sends it. */
export interface Sent {
  /** Unix ms. */
  readonly at: number
  readonly value: number
  readonly weight: number
  readonly metadata: Readonly<Record<string, string | number | boolean>>
}

/** A breach with a cause that is known, or a time without one. */
export interface Story {
  readonly service: string
  readonly kpi: 'f1_score' | 'latency'
  readonly threshold: number
  /** Undefined where nothing is planted. */
  readonly cause: Cause | undefined
  /** What bad operations have in common, where it is in their metadata. */
  readonly planted: string | undefined
  /** Unix ms: when it broke, when the alert began, when it ended. */
  readonly broke: number
  readonly alerted: number
  readonly ended: number
  readonly sent: readonly Sent[]
}

/** Share of the measurements beyond no threshold that services send. */
const sampling = 0.1

const values = {
  tenant: ['acme', 'blue', 'corner', 'delta', 'echo', 'fox', 'golf', 'hotel'],
  document_type: ['wiki', 'ticket', 'mail', 'pdf', 'chat'],
  region: ['eu-west', 'us-east', 'ap-south'],
} as const
type Key = keyof typeof values

/** Twenty-five healthy minutes and the breach after them, or forty minutes without one. */
export function storyOf(seed: number, cause: Cause | undefined, broke: number): Story {
  const random = seeded(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const kpi = cause === 'region' || (cause === undefined && random() < 0.5) ? 'latency' : 'f1_score'
  const isOfMetadata = cause !== undefined && cause in values
  const key = cause as Key
  const planted = isOfMetadata ? pick(values[key]) : undefined
  /** Operations a second. */
  const rate = pick([0.2, 0.5, 1, 3])
  const usual = pick([0.01, 0.03, 0.1])
  const hit = pick([0.5, 0.7, 0.9])
  const alerted = broke + 1_000 * (60 + 60 * random())
  const ended = broke + 1_000 * (480 + 300 * random())
  const sent: Sent[] = []
  for (let at = broke - 1_500_000; at < ended; at += (-Math.log(1 - random()) / rate) * 1_000) {
    const metadata = {
      tenant: pick(values.tenant),
      document_type: pick(values.document_type),
      region: pick(values.region),
      cached: random() < 0.3,
      passages: Math.floor(1 + 8 * random()),
      tokens: Math.floor(200 + 4_000 * random()),
      session: `s${Math.floor(at / 60_000)}-${Math.floor(3 * random())}`,
    }
    const isHit = at >= broke && cause !== undefined && (!isOfMetadata || metadata[key] === planted)
    const isBad = random() < (isHit ? hit : usual)
    const value =
      kpi === 'f1_score'
        ? isBad
          ? 0.6 * random()
          : 0.85 + 0.15 * random()
        : isBad
          ? 20 + 20 * random()
          : random()
    if (isBad || random() < sampling) sent.push({ at, value, weight: isBad ? 1 : 1 / sampling, metadata })
  }
  return {
    ...{ service: `service-${seed}`, kpi, threshold: kpi === 'f1_score' ? 0.7 : 20, cause },
    ...{ planted: planted === undefined ? undefined : `${key} ${planted}`, broke, alerted, ended, sent },
  }
}
