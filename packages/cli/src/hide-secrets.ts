import { type Config, MnemoscopeError, secretsOf, withoutSecrets } from '@mnemoscope/kpi'

/**
 * Does some work with the files or servers of a configuration. Tools and servers quote what they do not accept: an error
 * of theirs comes without the secrets of the configuration.
 */
export async function hidingSecrets<T>(config: Config, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const secrets = secretsOf(config)
    if (!(error instanceof MnemoscopeError) || secrets.length === 0) throw error
    const { code, message, value, expected, next } = error
    // Without the cause, whose message a log would show.
    throw new MnemoscopeError(code, withoutSecrets(message, secrets), {
      value,
      next,
      ...(expected !== undefined && { expected }),
    })
  }
}
