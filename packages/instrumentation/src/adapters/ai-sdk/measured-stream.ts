/** Who hears of a stream that passes: of every part, and of its end, unless its reader gave it up. None may throw. */
export interface StreamListener<Part> {
  part(part: Part): void
  closed(): void
  failed(): void
}

/**
 * The same parts, read from the original only as they are asked for (a transform stream would read ahead), with its
 * end, its error and its cancellation.
 */
export function measuredStream<Part>(
  original: ReadableStream<Part>,
  listener: StreamListener<Part>,
): ReadableStream<Part> {
  const reader = original.getReader()
  let givenUp = false
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (givenUp) return
          if (done) {
            listener.closed()
            controller.close()
          } else {
            listener.part(value)
            controller.enqueue(value)
          }
        } catch (error) {
          if (!givenUp) listener.failed()
          throw error
        }
      },
      cancel(reason) {
        givenUp = true
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
