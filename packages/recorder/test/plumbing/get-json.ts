/** What the recorder answers where a request is refused. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly next?: string }
}

/** The JSON at an address, and the status it came with. The caller says what it is. */
export async function getJson<T>(url: string, token?: string): Promise<{ status: number; body: T }> {
  const response = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  )
  return { status: response.status, body: (await response.json()) as T }
}
