import type { Drawing, Shape } from './shape.js'

type Attributes = Readonly<Record<string, string | boolean | undefined>>
type Child = Node | string | null | undefined

/**
 * Makes an element. Texts become text nodes, never markup: names of models come from outside.
 * @param attributes true sets one without a value; false and undefined set none
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children)
}

/** The same for a shape of SVG. */
export function shape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

/** A drawing as an element. */
export function drawn(drawing: Drawing): SVGSVGElement
export function drawn(drawing: Shape): SVGElement
export function drawn({ tag, attributes, children }: Shape): SVGElement {
  const given = Object.entries(attributes).map(([name, value]) => [name, String(value)])
  const inner = children.map((child) => (typeof child === 'string' ? child : drawn(child)))
  return shape(tag, Object.fromEntries(given), ...inner)
}

function filled<Made extends Element>(made: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

/** The element of index.html with this id. @throws where there is none of this kind */
export function byId(id: string): HTMLElement
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind
export function byId(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`index.html has no ${kind.name} with the id "${id}"`)
}

/** Sets a text only where it changes: a live region would be read aloud again. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** A table with its head; cells of a row are elements. */
export function table(
  caption: string,
  head: readonly HTMLElement[],
  body: HTMLTableSectionElement,
): HTMLTableElement {
  return element(
    'table',
    { role: 'table' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    body,
  )
}

/** The rows of a table. */
export function tableBody(...rows: readonly HTMLTableRowElement[]): HTMLTableSectionElement {
  return element('tbody', { role: 'rowgroup' }, ...rows)
}

/** The head of a column. */
export function columnHead(text: string, attributes: Attributes = {}, ...more: readonly Child[]) {
  return element('th', { scope: 'col', role: 'columnheader', ...attributes }, text, ...more)
}

/** The head of a row. */
export function rowHead(text: string): HTMLTableCellElement {
  return element('th', { scope: 'row', role: 'rowheader' }, text)
}

/** A cell that names its column where a narrow screen shows rows as cards. */
export function cell(column: string, attributes: Attributes = {}, ...children: readonly Child[]) {
  return element('td', { role: 'cell', 'data-column': column, ...attributes }, ...children)
}

/** Lets the browser paint and answer the reader between two parts of the page. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) resolve()
    else requestAnimationFrame(() => setTimeout(resolve))
  })
}

/** Lets the keyboard scroll what is wider than its place, and only that: other stops would do nothing. */
export function makeScrollable(containers: Iterable<HTMLElement>): void {
  for (const container of containers) {
    const update = () => {
      const isWider = container.scrollWidth > container.clientWidth + 1
      if (!isWider) {
        for (const name of ['tabindex', 'role', 'aria-label']) container.removeAttribute(name)
        return
      }
      container.tabIndex = 0
      // A list stays a list.
      if (container.localName === 'div') container.setAttribute('role', 'region')
      const label = container.querySelector('caption')?.textContent ?? 'More to the side'
      container.setAttribute('aria-label', label)
    }
    const observer = new ResizeObserver(update)
    const watch = () => {
      observer.observe(container)
      for (const child of container.children) observer.observe(child)
    }
    watch()
    // Contents are made anew when columns change.
    new MutationObserver(watch).observe(container, { childList: true })
  }
}
