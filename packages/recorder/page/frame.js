/** Lets the browser paint and answer the reader between two parts of the page. */
export function nextFrame() {
  return new Promise((resolve) =>
    document.hidden ? resolve() : requestAnimationFrame(() => setTimeout(resolve)),
  )
}
