import type { Signed } from "./module.ts";

/**
 * Whether a value looks like a message of a protocol. Types end at the network: where processes or the network may lie,
 * a module looks at the shape of a message before it reads a field, and ignores what no correct process could have
 * sent. A handler that throws instead would let any traitor stop any correct process.
 */
export type Shape = (value: unknown) => boolean;

/** What a module only passes on: its user looks at the shape. */
export const anything: Shape = () => true;

/** A number of a message, a process, a round: whole, from 0. Whether there is such a process is another question. */
export const wholeNumber: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Bytes. */
export const someBytes: Shape = (value) => value instanceof Uint8Array;

/** A list with parts of one shape. */
export const listOf =
  (part: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(part);

/** Absent, or of this shape. */
export const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);

/** An object with all these fields, and nothing beside them that a later reader could trip over. */
export const fieldsOf = <T extends object>(shapes: { readonly [K in keyof T]-?: Shape }): Shape => {
  const names = Object.keys(shapes);
  const all: readonly Shape[] = Object.values<Shape>(shapes);
  const known = new Set(names);
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    for (const key of Object.keys(value)) if (!known.has(key)) return false;
    for (let at = 0; at < names.length; at++)
      if (!all[at]!((value as { readonly [key: string]: unknown })[names[at]!])) return false;
    return true;
  };
};

/** An object of one of several kinds, each with fields of its own: a `kind` union. */
export const kindsOf = <T extends { readonly kind: string }>(
  kinds: {
    readonly [K in T["kind"]]: { readonly [F in keyof Extract<T, { kind: K }> as Exclude<F, "kind">]-?: Shape };
  },
): Shape => {
  const shapes = new Map(
    Object.entries<{ readonly [field: string]: Shape }>(kinds).map(([kind, fields]) => [
      kind,
      fieldsOf({ ...fields, kind: anything }),
    ]),
  );
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const shape = shapes.get((value as { readonly kind?: string }).kind ?? "");
    return shape?.(value) ?? false;
  };
};

/** What somebody vouches for. Whether the proof is good, `io.verify` tells. */
export const signedOf = (body: Shape): Shape =>
  fieldsOf<Signed<unknown>>({ signer: wholeNumber, body, proof: optional(someBytes) });
