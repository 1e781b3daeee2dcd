/** Something that can be found by its name. */
export interface SearchItem {
  readonly kind: 'model' | 'service' | 'operation' | 'chart' | 'alert' | 'incident' | 'runbook' | 'part'
  readonly text: string
  /** What tells it from others of the same name; empty where nothing does. */
  readonly more: string
  /** Further words that it is found by. */
  readonly words?: string
}

/** An item, and how well it fits: less is better. */
export interface Found<Item> {
  readonly item: Item
  readonly rank: number
}

/** More nobody reads. */
const most = 30

/**
 * The items that have each word of a text, those first whose name begins with it, then those with a word that begins with
 * it, each in the order given. Without a text, the first ones of all.
 */
export function matching<Item extends SearchItem>(items: readonly Item[], text: string): Found<Item>[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return items
    .flatMap((item) => {
      const name = item.text.toLowerCase()
      const all = `${item.kind} ${name} ${item.more} ${item.words ?? ''}`.toLowerCase()
      if (!words.every((word) => all.includes(word))) return []
      const [first = ''] = words
      const begins = name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(first))
      return [{ item, rank: name.startsWith(words.join(' ')) ? 0 : begins ? 1 : 2 }]
    })
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
}
