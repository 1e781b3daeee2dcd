/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  const { message, name } = (error ?? {}) as { message?: unknown; name?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return typeof name === 'string' ? name : String(error)
}
