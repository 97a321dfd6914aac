import type { OperationBasedType, StateBasedType } from "./replicated-data.ts";
import type { Dot } from "./seen.ts";

/** What is asked of a set. */
export interface SetUpdate<V> {
  readonly kind: "add" | "remove";
  readonly value: V;
}

/** An element by one of its additions. */
export interface Tagged<V> {
  readonly tag: Dot;
  readonly value: V;
}

/** An addition that was removed, and the update that removed it. */
export interface Tombstone<V> extends Tagged<V> {
  readonly removedBy: Dot;
}

/** The set as its replicas keep it: additions in force and additions removed, each in the order of their tags. */
export interface ObservedRemoveState<V> {
  readonly entries: readonly Tagged<V>[];
  readonly tombstones: readonly Tombstone<V>[];
}

/** The decisions on which the set's behaviour rests. */
export interface ObservedRemoveRules {
  /** Whether an addition is gone, by the tombstones that a replica knows of. */
  readonly removes: (addition: Tagged<unknown>, tombstones: readonly Tombstone<unknown>[]) => boolean;
}

const observedRemoveRules: ObservedRemoveRules = {
  removes: ({ tag }, tombstones) => tombstones.some((tombstone) => isSameDot(tombstone.tag, tag)),
};

const isSameDot = (a: Dot, b: Dot): boolean => a.node === b.node && a.number === b.number;
const byDot = (a: Dot, b: Dot): number => a.node - b.node || a.number - b.number;

/** The union of two lists by tag, ascending, so that equal sets are equal data. Of two alike the earlier remove stays. */
const unionByTag = <T extends { readonly tag: Dot; readonly removedBy?: Dot }>(
  a: readonly T[],
  b: readonly T[],
): readonly T[] =>
  [...a, ...b]
    .sort((x, y) => byDot(x.tag, y.tag) || byDot(x.removedBy ?? x.tag, y.removedBy ?? y.tag))
    .filter(({ tag }, at, all) => at === 0 || !isSameDot(all[at - 1]!.tag, tag));

const valuesOf = <V>(entries: readonly Tagged<V>[]): readonly V[] =>
  [...new Set(entries.map(({ value }) => value))].sort();

/**
 * A set where a remove takes exactly the additions that it has observed: an element added concurrently stays. What was
 * removed leaves a tombstone, without which a replica that was out of touch would bring it back; it may be collected once
 * every replica has seen the remove (row 84). Values are scalars.
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, specification 15, "OR-Set", with tags kept after removal.
 */
export const observedRemoveSet = <V extends string | number>(
  changed: Partial<ObservedRemoveRules> = {},
): StateBasedType<ObservedRemoveState<V>, SetUpdate<V>, readonly V[]> => {
  const rules: ObservedRemoveRules = { ...observedRemoveRules, ...changed };
  return {
    name: "observed-remove set",
    initial: { entries: [], tombstones: [] },
    update({ entries, tombstones }, { kind, value }, dot) {
      if (kind === "add") return { entries: unionByTag(entries, [{ tag: dot, value }]), tombstones };
      const removed = entries.filter((entry) => entry.value === value);
      return {
        entries: entries.filter((entry) => entry.value !== value),
        tombstones: unionByTag(
          tombstones,
          removed.map(({ tag }) => ({ tag, value, removedBy: dot })),
        ),
      };
    },
    merge(local, remote) {
      const tombstones = unionByTag(local.tombstones, remote.tombstones);
      const entries = unionByTag(local.entries, remote.entries);
      return { entries: entries.filter((entry) => !rules.removes(entry, tombstones)), tombstones };
    },
    value: ({ entries }) => valuesOf(entries),
    collect: ({ entries, tombstones }, mayForget) => ({
      entries,
      tombstones: tombstones.filter(({ removedBy }) => !mayForget(removedBy)),
    }),
  };
};

/** What a replica of the set by operations tells the others. */
export type SetOperation<V> =
  | { readonly kind: "add"; readonly tag: Dot; readonly value: V }
  | { readonly kind: "remove"; readonly tags: readonly Dot[] };

/**
 * The same set by operations. No tombstones: causal order brings an addition before its removal everywhere. Where it does
 * not, the removal finds nothing and the addition stays for good (`crdt/V8`).
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, specification 15, "OR-Set".
 */
export const operationObservedRemoveSet = <V extends string | number>(): OperationBasedType<
  readonly Tagged<V>[],
  SetUpdate<V>,
  SetOperation<V>,
  readonly V[]
> => ({
  name: "observed-remove set by operations",
  initial: [],
  prepare: (entries, { kind, value }, dot) =>
    kind === "add"
      ? { kind, tag: dot, value }
      : { kind, tags: entries.filter((entry) => entry.value === value).map(({ tag }) => tag) },
  apply: (entries, operation) =>
    operation.kind === "add"
      ? unionByTag(entries, [{ tag: operation.tag, value: operation.value }])
      : entries.filter(({ tag }) => !operation.tags.some((removed) => isSameDot(removed, tag))),
  value: valuesOf,
});
