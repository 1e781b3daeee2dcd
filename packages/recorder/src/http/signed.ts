import type { Caller } from './access.js'

/**
 * Who did something, as it is stored: the name that somebody wrote, and the name of the key where it is one that was made
 * for somebody. The owner and those who share the token write their names themselves.
 */
export function signed(by: string, caller: Caller | undefined): string {
  if (caller === undefined || ['owner', 'token'].includes(caller.name)) return by
  return by === 'api' || by === caller.name ? caller.name : `${caller.name} (${by})`
}
