import type { Drawing, Shape } from './shape.js'

/** Pixels of the picture for each of the drawing: screens show it sharp. */
const sharpness = 2

/**
 * A drawing as a PNG, in the colours that the page has now. The page's security policy loads no picture that a script made, so the
 * shapes are painted one by one.
 */
export function paint(drawing: Drawing): Promise<Blob> {
  const { width, height } = drawing.attributes
  const canvas = document.createElement('canvas')
  canvas.width = Number(width) * sharpness
  canvas.height = Number(height) * sharpness
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('the browser gives no canvas')
  context.scale(sharpness, sharpness)
  const family = getComputedStyle(document.body).fontFamily
  for (const shape of drawing.children) if (typeof shape !== 'string') paintShape(context, shape, 11, family)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('no picture was made')) : resolve(blob)),
      'image/png',
    ),
  )
}

function paintShape(context: CanvasRenderingContext2D, shape: Shape, size: number, family: string): void {
  const { tag, attributes, children } = shape
  const number = (name: string) => Number(attributes[name] ?? 0)
  const own = attributes['font-size'] === undefined ? size : number('font-size')
  context.save()
  if (tag === 'g') {
    const [, x, y] = /^translate\((\S+) (\S+)\)$/.exec(String(attributes.transform ?? '')) ?? []
    context.translate(Number(x ?? 0), Number(y ?? 0))
    for (const child of children) if (typeof child !== 'string') paintShape(context, child, own, family)
  } else if (tag === 'path') {
    fillAndStroke(context, attributes, new Path2D(String(attributes.d)))
  } else if (tag === 'rect') {
    const path = new Path2D()
    path.rect(number('x'), number('y'), number('width'), number('height'))
    fillAndStroke(context, attributes, path)
  } else if (tag === 'circle') {
    const path = new Path2D()
    path.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI)
    fillAndStroke(context, attributes, path)
  } else if (tag === 'text') {
    context.font = `${attributes['font-weight'] ?? 'normal'} ${own}px ${family}`
    const anchor = attributes['text-anchor']
    context.textAlign = anchor === 'middle' ? 'center' : anchor === 'end' ? 'right' : 'left'
    const content = children.filter((child) => typeof child === 'string').join('')
    if (attributes.stroke !== undefined) {
      context.strokeStyle = colourOf(attributes.stroke)
      context.globalAlpha = Number(attributes['stroke-opacity'] ?? 1)
      context.lineWidth = number('stroke-width')
      context.lineJoin = 'round'
      context.strokeText(content, number('x'), number('y'))
    }
    context.globalAlpha = 1
    context.fillStyle = colourOf(attributes.fill ?? 'var(--text)')
    context.fillText(content, number('x'), number('y'))
  }
  context.restore()
}

function fillAndStroke(
  context: CanvasRenderingContext2D,
  attributes: Shape['attributes'],
  path: Path2D,
): void {
  const { fill, stroke } = attributes
  if (fill !== undefined && fill !== 'none') {
    context.fillStyle = colourOf(fill)
    context.globalAlpha = Number(attributes['fill-opacity'] ?? 1)
    context.fill(path)
  }
  if (stroke === undefined) return
  context.strokeStyle = colourOf(stroke)
  context.globalAlpha = Number(attributes['stroke-opacity'] ?? 1)
  context.lineWidth = Number(attributes['stroke-width'] ?? 1)
  context.setLineDash(
    String(attributes['stroke-dasharray'] ?? '')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
  context.stroke(path)
}

/** A colour, also one that is a property of the style sheet. */
function colourOf(colour: string | number): string {
  const [, name] = /^var\((--[\w-]+)\)$/.exec(String(colour)) ?? []
  return name === undefined
    ? String(colour)
    : getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
