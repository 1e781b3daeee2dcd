/** The programs we run or ask, two from each of two projects. */
export type ToolName = 'prometheus' | 'promtool' | 'alertmanager' | 'amtool'

/** The two projects; one archive or package of each holds both of its programs. */
export type Family = 'prometheus' | 'alertmanager'

/** Where a program comes from; the last two were fetched, now or by an earlier start. */
export type ToolSource = 'configured' | 'path' | 'release' | 'debian'

export interface FoundTool {
  readonly name: ToolName
  /** Path to run; absolute. */
  readonly command: string
  /** As the program itself says, e.g. `2.42.0+ds`; `unknown` where it does not. */
  readonly version: string
  readonly source: ToolSource
}

/** Progress for a person who waits. */
export interface ToolProgress {
  readonly tool: ToolName | Family
  readonly message: string
  /** 0 to 1, where it is known. */
  readonly fraction?: number
}

export type OnToolProgress = (event: ToolProgress) => void

/** The programs, pinned release and Debian package of each project. */
export const families: Readonly<
  Record<
    Family,
    {
      readonly tools: readonly ToolName[]
      readonly release: string
      readonly debian: string
      /** The oldest version that works: Debian 12's. Both ask for passwords (`--web.config.file`). */
      readonly oldest: string
    }
  >
> = {
  // 3.13 is the long-term release that is supported until July 2027.
  prometheus: { tools: ['prometheus', 'promtool'], release: '3.13.2', debian: 'prometheus', oldest: '2.42' },
  alertmanager: {
    tools: ['alertmanager', 'amtool'],
    release: '0.33.1',
    debian: 'prometheus-alertmanager',
    oldest: '0.25',
  },
}

/** The oldest versions that work, as `major.minor`. */
export const oldestVersions = {
  prometheus: families.prometheus.oldest,
  alertmanager: families.alertmanager.oldest,
} as const

/** Names a program goes by: its own, and Debian's where that differs. */
export const commandNames: Readonly<Record<ToolName, readonly string[]>> = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
}

export function familyOf(tool: ToolName): Family {
  return families.prometheus.tools.includes(tool) ? 'prometheus' : 'alertmanager'
}
