/** What a KPI's `runbook` may be: a page below the prefix of runbook links, or a full address. */
export const runbookPattern = /^(?:https?:\/\/[^\s/]\S*|[^\s/:][^\s:]*)$/

/** Whether a runbook is a full address, which gets no prefix. */
export function isRunbookAddress(runbook: string): boolean {
  return /^https?:\/\//.test(runbook)
}
