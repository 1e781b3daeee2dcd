import { element } from './dom.js'

interface Shown {
  /** What is shown of the item, as text, to see whether it has changed. */
  readonly content: string
  readonly node: Element
}

const shown = new WeakMap<Element, ReadonlyMap<string, Shown>>()

/**
 * Makes a container's children those of the items, in their order. Children whose item has not changed stay untouched,
 * and with them the reader's focus, selection and open details.
 * @param seen what of an item is shown; all of it if left out
 */
export function showList<Item>(
  container: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  render: (item: Item) => Element,
  seen: (item: Item) => unknown = (item) => item,
): void {
  const known = shown.get(container)
  const next = new Map<string, Shown>()
  for (const item of items) {
    const key = keyOf(item)
    const content = JSON.stringify(seen(item))
    const before = known?.get(key)
    next.set(key, before?.content === content ? before : { content, node: render(item) })
  }
  const kept = new Set([...next.values()].map(({ node }) => node))
  const focus = focusWithin(container)
  for (const child of [...container.children]) if (!kept.has(child)) child.remove()
  let place = container.firstElementChild
  for (const { node } of next.values()) {
    if (node === place) place = place.nextElementSibling
    else container.insertBefore(node, place)
  }
  shown.set(container, next)
  restoreFocus(container, focus)
}

/** Where the keyboard is, in words that hold when the element is made anew. */
function focusWithin(container: Element): string | undefined {
  const { activeElement } = document
  return activeElement instanceof HTMLElement && container.contains(activeElement)
    ? activeElement.dataset.focus
    : undefined
}

function restoreFocus(container: Element, focus: string | undefined): void {
  if (focus === undefined || container.contains(document.activeElement)) return
  for (const node of container.querySelectorAll<HTMLElement>('[data-focus]')) {
    if (node.dataset.focus === focus) node.focus()
  }
}

/** How much of a long list is shown. */
export interface Paged {
  most(): number
  /** Says how much there is beyond what is shown. */
  update(total: number, what: string): void
}

/**
 * A list shown a page at a time: thousands of rows at once would hold up the browser.
 * @param button placed after the list; hidden where there is nothing more
 * @param show called when the reader wants more
 */
export function paged(button: HTMLElement, pageSize: number, show: () => void): Paged {
  let most = pageSize
  button.addEventListener('click', () => {
    most += pageSize
    show()
  })
  return {
    most: () => most,
    update(total, what) {
      button.hidden = total <= most
      const count = element('span', {}, `Show ${Math.min(pageSize, total - most)} more`)
      button.replaceChildren(count, ` of ${(total - most).toLocaleString('en')} ${what}`)
    },
  }
}
