const shown = new WeakMap()

/**
 * Makes a container's children those of the items, in their order. Children whose item is as it was stay untouched,
 * and with them the reader's focus, selection and open details.
 * @template Item
 * @param {Element} container
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Element} render
 * @param {(item: Item) => unknown} seen what of an item is shown; all of it if left out
 */
export function showList(container, items, keyOf, render, seen = (item) => item) {
  const known = shown.get(container) ?? new Map()
  const next = new Map()
  for (const item of items) {
    const key = keyOf(item)
    const content = JSON.stringify(seen(item))
    const before = known.get(key)
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
function focusWithin(container) {
  const { activeElement } = document
  if (!activeElement?.dataset?.focus || !container.contains(activeElement)) return undefined
  return activeElement.dataset.focus
}

function restoreFocus(container, focus) {
  if (focus === undefined || container.contains(document.activeElement)) return
  for (const node of container.querySelectorAll('[data-focus]')) {
    if (node.dataset.focus === focus) node.focus()
  }
}
