/**
 * Lets the keyboard scroll what is wider than its place, and only that: a stop that does nothing is in the way.
 * @param {Iterable<Element>} containers
 */
export function makeScrollable(containers) {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const container = target.closest('.scroll') ?? target
      const isWider = container.scrollWidth > container.clientWidth + 1
      if (isWider) {
        container.tabIndex = 0
        // A list stays a list.
        if (container.localName === 'div') container.setAttribute('role', 'region')
        container.setAttribute(
          'aria-label',
          container.querySelector('caption')?.textContent ?? 'More to the side',
        )
      } else for (const name of ['tabindex', 'role', 'aria-label']) container.removeAttribute(name)
    }
  })
  const watch = (container) => {
    observer.observe(container)
    for (const child of container.children) observer.observe(child)
  }
  for (const container of containers) {
    watch(container)
    // Contents are made anew when columns change.
    new MutationObserver(() => watch(container)).observe(container, { childList: true })
  }
}
