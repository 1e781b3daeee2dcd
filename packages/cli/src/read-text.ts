import { readFileSync } from 'node:fs'

/**
 * Text of a file.
 * @throws the system's error, always with the path: Node leaves it out where the path is a folder
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path })
  }
}
