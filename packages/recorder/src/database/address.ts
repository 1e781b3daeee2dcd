/** A connection string as it may be shown: without its password. */
export function shownAddress(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl)
    if (url.password !== '') url.password = '***'
    return url.href
  } catch {
    return databaseUrl.replace(/:[^:@/]*@/, ':***@')
  }
}
