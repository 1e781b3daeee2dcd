/** Node takes a longer timer, in milliseconds, for none, and fires it at once. */
export const longestTimer = 2 ** 31 - 1
