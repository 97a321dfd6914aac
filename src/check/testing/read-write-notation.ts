import type { Operation } from "../history.ts";
import type { ReadWriteInput } from "../reads-from.ts";

/**
 * Reads and writes in short, one moment after the other: `x=1` writes, `x:1` reads, by the process in front. A third
 * member gives the times of call and answer instead.
 */
export const readsAndWrites = (
  ...steps: readonly (readonly [process: number, what: string, times?: readonly [number, number]])[]
): Operation<ReadWriteInput, number>[] =>
  steps.map(([process, what, given], at) => {
    const [invokedAt, returnedAt] = given ?? [10 * at, 10 * at + 5];
    const [, key, kind, value] = /^(\w)([=:])(\d+)$/.exec(what) as unknown as string[];
    const times = { process, invokedAt, returnedAt };
    if (kind === "=") return { ...times, input: { kind: "put", key: key!, value: Number(value) } };
    return { ...times, input: { kind: "get", key: key! }, output: Number(value) };
  });
