/** Something that somebody tries who may not. */
export interface Attack<Target> {
  readonly name: string
  /** @returns what the attacker gained; undefined if it was nothing */
  attempt(target: Target): Promise<string | undefined>
}

/** Attacks by name, each with what the attacker gained, without those that gained nothing. */
export async function gains<Target>(
  attacks: readonly Attack<Target>[],
  target: Target,
): Promise<Record<string, string>> {
  const gained: Record<string, string> = {}
  for (const { name, attempt } of attacks) {
    const gain = await attempt(target)
    if (gain !== undefined) gained[name] = gain
  }
  return gained
}

/** Sends a request. @returns status and text if the answer is a success, else undefined */
export async function succeeded(url: string, init: RequestInit = {}): Promise<string | undefined> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
  const text = await response.text()
  return response.ok ? `${response.status} ${text.slice(0, 80)}` : undefined
}
