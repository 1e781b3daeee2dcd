/** What a KPI's `runbook` may be: a page below the prefix of runbook links, or a whole address. */
export const runbookPattern = /^(?:https?:\/\/[^\s/]\S*|[^\s/:][^\s:]*)$/

/** Whether a runbook is a whole address, which no prefix belongs before. */
export function isRunbookAddress(runbook: string): boolean {
  return /^https?:\/\//.test(runbook)
}
