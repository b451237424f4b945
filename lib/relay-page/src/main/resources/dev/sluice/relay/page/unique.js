/** A name that nobody else has. A page that did not come over HTTPS, nor from this machine, has no `randomUUID`. */
export function uniqueName() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
