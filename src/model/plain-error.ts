/**
 * A value that is not plain data, or bytes that do not hold plain data. The message names the path inside the value
 * (or the byte), what is wrong there, and the remedy.
 */
export class PlainDataError extends Error {
  override readonly name: string = "PlainDataError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "PLAIN_DATA" = "PLAIN_DATA";
}
