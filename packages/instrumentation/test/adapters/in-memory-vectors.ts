interface Point {
  readonly id: string
  /** The one vector, or the unnamed one beside those for keywords. */
  readonly vector: readonly number[] | { readonly '': readonly number[] }
  readonly payload: Readonly<Record<string, unknown>>
}

interface Filter {
  readonly must?: readonly { readonly key: string; readonly match?: { readonly value: unknown } }[]
}

/** Vectors kept in this process, with the calls of a Qdrant client that mem0's `qdrant` provider makes. */
export function inMemoryVectors() {
  const collections = new Map<string, Map<string, Point>>()
  const pointsOf = (name: string) => {
    const points = collections.get(name) ?? new Map<string, Point>()
    collections.set(name, points)
    return points
  }
  const matching = (name: string, filter?: Filter) =>
    [...pointsOf(name).values()].filter(({ payload }) =>
      (filter?.must ?? []).every(({ key, match }) => payload[key] === match?.value),
    )

  return {
    createCollection: async (name: string) => void pointsOf(name),
    createPayloadIndex: async () => {},
    getCollection: async () => ({}),
    upsert: async (name: string, { points }: { points: Point[] }) => {
      for (const point of points) pointsOf(name).set(point.id, point)
    },
    search: async (name: string, request: { vector: number[]; filter?: Filter; limit: number }) =>
      matching(name, request.filter)
        .map((point) => ({ ...point, score: similarity(denseOf(point), request.vector) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, request.limit),
    query: async () => ({ points: [] }),
    retrieve: async (name: string, { ids }: { ids: string[] }) =>
      ids.map((id) => pointsOf(name).get(id)).filter((point) => point !== undefined),
    delete: async (name: string, { points }: { points: string[] }) => {
      for (const id of points) pointsOf(name).delete(id)
    },
    scroll: async (name: string, { filter }: { filter?: Filter }) => ({ points: matching(name, filter) }),
  }
}

function denseOf({ vector }: Point): readonly number[] {
  return '' in vector ? vector[''] : vector
}

function similarity(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
