/** What the rule looks at of an alert episode. Times are Unix ms. */
export interface Member {
  /** Id of the episode. */
  readonly id: string
  /** Cluster and service: episodes of two services never belong together by themselves. */
  readonly owner: string
  /** KPI and place, whatever the level, or the name of an alert without KPI. */
  readonly alert: string
  readonly startsAt: number
  /** Undefined while it fires. */
  readonly endsAt: number | undefined
}

/** Episodes of one incident. */
export interface Group {
  /** The incident that a person has put episodes into, where this is one; else undefined. */
  readonly pinned: string | undefined
  /** In the order in which they began. */
  readonly members: readonly Member[]
}

/**
 * Whether two episodes belong together by themselves: both are of one service, and either they began within this
 * time of each other, or both are of the same alert, at whatever level, and the later one began while the earlier one fired or
 * within this time after its end.
 */
export function areLinked(a: Member, b: Member, withinMs: number): boolean {
  if (a.owner !== b.owner) return false
  const [first, later] = byStart(a, b) <= 0 ? [a, b] : [b, a]
  if (later.startsAt - first.startsAt <= withinMs) return true
  return (
    first.alert === later.alert && later.startsAt <= (first.endsAt ?? Number.POSITIVE_INFINITY) + withinMs
  )
}

/**
 * The incidents that episodes make. Those that are linked, directly or by others, are one. It depends on the episodes
 * alone, not on the order in which they became known.
 *
 * What a person has decided stays: an episode in `pins` is in the incident named there. Episodes that are linked with
 * pinned ones join the incident of the one that began nearest to any of them (of two as near, the earlier).
 * @param pins incident of each episode that a person has put into one, by the episode's id
 * @returns each episode in exactly one group
 */
export function groupsOf(
  members: readonly Member[],
  pins: ReadonlyMap<string, string>,
  withinMs: number,
): Group[] {
  const inOrder = members.toSorted(byStart)
  const pinned = inOrder.filter(({ id }) => pins.has(id))
  const byIncident = new Map<string, Member[]>()
  for (const member of pinned) addTo(byIncident, pins.get(member.id) as string, member)
  const own: Group[] = []
  const free = inOrder.filter(({ id }) => !pins.has(id))
  for (const component of componentsOf(free, withinMs)) {
    const near = nearestLinked(component, pinned, withinMs)
    if (near === undefined) own.push({ pinned: undefined, members: component })
    else byIncident.get(pins.get(near.id) as string)?.push(...component)
  }
  const ofPeople = [...byIncident].map(([incident, all]): Group => {
    return { pinned: incident, members: all.toSorted(byStart) }
  })
  return [...ofPeople, ...own]
}

/** A group with the incident that it is: a stored one, or undefined for a new one. */
export interface Kept {
  readonly group: Group
  readonly incident: string | undefined
}

/** What becomes of stored incidents. */
export interface Outcome {
  readonly kept: readonly Kept[]
  /** Incidents that no group is any more, and the index in `kept` of what became of each. */
  readonly absorbed: ReadonlyMap<string, number>
}

/**
 * Which stored incident each group is. A group keeps the oldest incident of its episodes; of two groups with episodes
 * of one incident, the one that began first keeps it. What a person has made keeps its incident before all others.
 * @param stored the incident of each episode until now, by the episode's id
 */
export function keepIncidents(groups: readonly Group[], stored: ReadonlyMap<string, string>): Outcome {
  const inOrder = groups.toSorted(
    (a, b) =>
      Number(a.pinned === undefined) - Number(b.pinned === undefined) || byStart(firstOf(a), firstOf(b)),
  )
  const taken = new Set<string>()
  const kept = inOrder.map((group): Kept => {
    const candidates = group.members
      .flatMap(({ id }) => stored.get(id) ?? [])
      .filter((incident) => !taken.has(incident))
      .sort(byId)
    const incident = group.pinned ?? candidates[0]
    if (incident !== undefined) taken.add(incident)
    return { group, incident }
  })
  const absorbed = new Map<string, number>()
  kept.forEach(({ group }, index) => {
    for (const { id } of group.members) {
      const before = stored.get(id)
      if (before !== undefined && !taken.has(before) && !absorbed.has(before)) absorbed.set(before, index)
    }
  })
  return { kept, absorbed }
}

/** Episodes that are linked, directly or by others; each set in the order in which its episodes began. */
function componentsOf(inOrder: readonly Member[], withinMs: number): Member[][] {
  const parent = inOrder.map((_, i) => i)
  const rootOf = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root] as number
    parent[i] = root
    return root
  }
  /** Of each service, the episode before; of each alert, the one that ended last. Who is linked with others is with these. */
  const newestOf = new Map<string, number>()
  const longestOf = new Map<string, number>()
  inOrder.forEach((member, i) => {
    const alert = JSON.stringify([member.owner, member.alert])
    for (const other of [newestOf.get(member.owner), longestOf.get(alert)]) {
      if (other !== undefined && areLinked(inOrder[other] as Member, member, withinMs)) {
        parent[rootOf(i)] = rootOf(other)
      }
    }
    newestOf.set(member.owner, i)
    const longest = longestOf.get(alert)
    if (longest === undefined || endOf(member) > endOf(inOrder[longest] as Member)) longestOf.set(alert, i)
  })
  const components = new Map<number, Member[]>()
  inOrder.forEach((member, i) => {
    addTo(components, rootOf(i), member)
  })
  return [...components.values()]
}

/** Of the pinned episodes that are linked with one of these, the one that began nearest to one of them. */
function nearestLinked(
  component: readonly Member[],
  pinned: readonly Member[],
  withinMs: number,
): Member | undefined {
  let nearest: { readonly member: Member; readonly awayMs: number } | undefined
  for (const member of pinned) {
    for (const other of component) {
      if (!areLinked(member, other, withinMs)) continue
      const awayMs = Math.abs(member.startsAt - other.startsAt)
      if (nearest === undefined || awayMs < nearest.awayMs) nearest = { member, awayMs }
    }
  }
  return nearest?.member
}

function endOf({ endsAt }: Member): number {
  return endsAt ?? Number.POSITIVE_INFINITY
}

/** A group has at least one episode. */
function firstOf({ members }: Group): Member {
  return members[0] as Member
}

function byStart(a: Member, b: Member): number {
  return a.startsAt - b.startsAt || byId(a.id, b.id)
}

/** Ids are numbers, beyond what a double holds. */
function byId(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b))
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
