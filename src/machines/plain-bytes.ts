/** What a field or an element takes beside its content. */
const overhead = 8;

/**
 * About how many bytes plain data takes on the wire and on disk, without encoding it: Raft bounds by it what waits and what
 * goes into one message, and so does a client with its queries.
 */
export const plainBytes = (value: unknown): number => {
  if (typeof value === "string") return overhead + value.length;
  if (typeof value !== "object" || value === null) return overhead;
  if (value instanceof Uint8Array) return overhead + value.length;
  let bytes = overhead;
  if (Array.isArray(value)) for (const item of value) bytes += plainBytes(item);
  else if (value instanceof Map) for (const [key, item] of value) bytes += plainBytes(key) + plainBytes(item);
  else if (value instanceof Set) for (const item of value) bytes += plainBytes(item);
  else for (const key in value) bytes += key.length + plainBytes((value as { readonly [key: string]: unknown })[key]);
  return bytes;
};
