/** One question about the packed packages, answered by a figure. */
export interface Check {
  readonly name: string
  readonly unit: string
  readonly goal: number
  /** Rejects with what went wrong. */
  readonly measure: () => Promise<number>
  /** Whether a value is good; by default that it is the goal. */
  readonly passes?: (value: number) => boolean
}

/** What the checks work on. */
export interface Packed {
  /** A temporary folder for projects. */
  readonly folder: string
  /** Paths of the packages that services install, packed. */
  readonly tarballs: Tarballs
}

export type Tarballs = Readonly<Record<'kpi' | 'evaluation' | 'instrumentation', string>>

export type Suite = (packed: Packed) => readonly Check[]
