/**
 * An operation as one on a register: what it says of the value at the moment when it takes effect, and what it leaves.
 * `differs` is a compare-and-set that failed; `nothing` says and changes nothing.
 */
export type RegisterAccess =
  | { readonly kind: "read"; readonly value: unknown }
  | { readonly kind: "write"; readonly value: unknown }
  | { readonly kind: "update"; readonly expected: unknown; readonly value: unknown }
  | { readonly kind: "append"; readonly item: unknown }
  | { readonly kind: "differs"; readonly value: unknown }
  | { readonly kind: "nothing" };

/**
 * How an object (where it has keys: what lies at one of them) is a register, a register with compare-and-set, or text
 * or a list that is appended to. Histories of such an object in which every value is written once are decided in
 * O(n log n) instead of by search (Gibbons and Korach 1997).
 */
export interface RegisterView<Input, Output> {
  /** What a read answers before all writes. */
  readonly initial: unknown;
  /** Which of several registers an operation touches; only histories of one are decided. */
  keyOf?(input: Input): string | number;
  /** `undefined` for an operation that is none of a register's. Output `undefined` is one that nobody saw. */
  access(input: Input, output: Output | undefined): RegisterAccess | undefined;
}
