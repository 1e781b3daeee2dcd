import type { Session } from './api.js'

/** Why somebody may not read the page, and what to do; undefined for who may. */
export function whyNotRead({ name, scopes, services }: Session): string | undefined {
  if (services !== null) {
    return `"${name}" is limited to ${services.join(', ')}, and this page shows all services: sign in with a key that has no limit.`
  }
  if (scopes.includes('read')) return undefined
  return name === null
    ? 'Reading needs a token or key.'
    : `"${name}" may not read: sign in with a key that may.`
}

/** What somebody who reads may not do on the page, and what to do; undefined for who may do everything. */
export function whyNotAcknowledge({ name, scopes }: Session): string | undefined {
  if (scopes.includes('acknowledge')) return undefined
  const what = scopes.some((scope) => scope !== 'read') ? 'may not acknowledge' : 'may only read'
  return `${name === null ? 'Without a key you' : `"${name}"`} ${what}: sign in with a key that may acknowledge.`
}
