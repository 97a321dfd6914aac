/** A rule of our own that did not hold: a fault of the program, never of its input. */
export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "ASSERTION" = "ASSERTION";
}

/**
 * Stops the program's step when `condition` is false. Stays on in production: a state that breaks a rule must not
 * be sent, stored or shown as if it were right. In hot paths give a constant `message`, it is built on each call.
 *
 * @throws AssertionError with `message`, a sentence that names the rule.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
