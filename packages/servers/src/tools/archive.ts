import { x as extract } from 'tar'

/** Several times what the largest program unpacks to. An archive with more is refused, before it fills the disk. */
const mostUnpackedBytes = 2 * 1_024 ** 3

/** Unpacks an archive as files of this user, which do no more than the user may: without setuid bits and foreign owners. */
export async function unpack(file: string, into: string): Promise<void> {
  let bytes = 0
  await extract({
    file,
    cwd: into,
    strip: 1,
    preserveOwner: false,
    filter(_, entry) {
      if (entry.mode !== undefined) entry.mode &= 0o755
      bytes += entry.size ?? 0
      return bytes <= mostUnpackedBytes
    },
  })
  if (bytes > mostUnpackedBytes) throw new Error(`${file} unpacks to more than ${mostUnpackedBytes} bytes`)
}
