/** A shape of SVG as data: the page makes elements of it, the report text. */
export interface Shape {
  readonly tag: keyof SVGElementTagNameMap
  readonly attributes: Readonly<Record<string, string | number>>
  readonly children: readonly (Shape | string)[]
}

/** A complete picture. */
export interface Drawing extends Shape {
  readonly tag: 'svg'
}

/** A shape with what it holds. */
export function shapeOf<Tag extends Shape['tag']>(
  tag: Tag,
  attributes: Shape['attributes'] = {},
  ...children: readonly (Shape | string)[]
): Shape & { readonly tag: Tag } {
  return { tag, attributes, children }
}

/** A shape as markup. Texts and attributes are escaped: names of models come from outside. */
export function shapeMarkup({ tag, attributes, children }: Shape): string {
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
  const inner = children.map((child) =>
    typeof child === 'string' ? escapeMarkup(child) : shapeMarkup(child),
  )
  return `<${tag}${given.join('')}>${inner.join('')}</${tag}>`
}

/** A text that is safe between tags and in attributes. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A place to a tenth of a pixel. */
export function px(place: number): number {
  return Math.round(place * 10) / 10
}

/** A line in a colour of the style sheet. */
export function stroke(colour: string, dash: readonly number[]): Record<string, string> {
  return {
    fill: 'none',
    stroke: `var(${colour})`,
    ...(dash.length === 0 ? {} : { 'stroke-dasharray': dash.join(' ') }),
  }
}

/** A line along a path. */
export function path(
  d: string,
  colour: string,
  width: number,
  dash: readonly number[] = [],
  opacity = 1,
): Shape {
  const seen = opacity === 1 ? {} : { 'stroke-opacity': opacity }
  return shapeOf('path', { d, 'stroke-width': width, ...stroke(colour, dash), ...seen })
}

/** A rectangle. */
export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  attributes: Shape['attributes'],
  ...children: readonly Shape[]
): Shape {
  const place = { x: px(x), y: px(y), width: px(width), height: px(height) }
  return shapeOf('rect', { ...place, ...attributes }, ...children)
}

/** A text with a rim in the colour of the card, to be read over lines. */
export function text(
  content: string,
  [x, y]: readonly [number, number],
  colour: string,
  anchor: 'start' | 'middle' | 'end',
  weight?: 'bold',
): Shape {
  return shapeOf(
    'text',
    {
      x: px(x),
      y: px(y),
      'text-anchor': anchor,
      ...(weight === undefined ? {} : { 'font-weight': weight }),
      fill: `var(${colour})`,
      stroke: 'var(--card)',
      'stroke-width': 3,
      'stroke-opacity': 0.7,
      'paint-order': 'stroke',
    },
    content,
  )
}
