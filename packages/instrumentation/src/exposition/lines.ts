/** Lines ready to be copied into an answer. */
export interface Lines {
  /** In bytes. */
  readonly length: number
  copyTo(target: Buffer, at: number): void
}

/** Lines for one answer only. */
export function linesOf(text: string): Lines {
  const length = Buffer.byteLength(text)
  return {
    length,
    copyTo(target, at) {
      target.write(text, at)
    },
  }
}
