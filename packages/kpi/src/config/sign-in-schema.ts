import * as z from 'zod'

/** What a person whom a proxy signs in may do. */
const personScopes = ['read', 'acknowledge', 'configure'] as const

const scopesOfPerson = z.array(z.enum(personScopes))
const headerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/i, { error: 'expected the name of a header such as "x-forwarded-user"' })

/**
 * People whom a proxy in front of the recorder signs in, and names in a header. It is believed from the addresses of
 * `mnemoscope record --trust-proxy` alone.
 */
export const proxySignIn = z.strictObject({
  /** Name of the key that the proxy sends with each request. What it may not do, no person may. */
  key: z.string().min(1).max(64),
  userHeader: headerName.default('X-Forwarded-User'),
  /** With commas between the groups. */
  groupsHeader: headerName.default('X-Forwarded-Groups'),
  /** What each person may do whom the proxy lets in. */
  everybody: scopesOfPerson.default([]),
  /** What people and groups may do beside that, by the names that the proxy sends. */
  users: z.record(z.string().min(1), scopesOfPerson).default({}),
  groups: z.record(z.string().min(1), scopesOfPerson).default({}),
})
