/**
 * What may go wrong between transactions, and which consistency model forbids it. The cycles are those of Adya (1999,
 * chapters 3 and 4) in the graph of dependencies: ww, a write after a write; wr, a read of a write; rw, a read of what a
 * write then replaced. The other anomalies need no cycle (Kingsbury and Alvaro 2020, section 4).
 */

/** A cycle of dependencies, by how its reads that missed a write (rw) stand in it. */
export type CycleKind = "G0" | "G1c" | "G-single" | "G-nonadjacent" | "G2-item";

/** What else a cycle needs: only dependencies, also the order of a session, or also real time. */
export type CycleVariant = "" | "-process" | "-realtime";

/** An anomaly that one or two transactions show without a cycle. */
export type PlainAnomalyKind =
  | "duplicate-elements"
  | "unexpected-element"
  | "cyclic-versions"
  | "G1a"
  | "G1b"
  | "dirty-update"
  | "incompatible-order"
  | "internal"
  | "fractured-read"
  | "lost-update";

/** Every anomaly that is looked for. */
export type AnomalyKind = PlainAnomalyKind | `${CycleKind}${CycleVariant}`;

/** The models, weakest first in each family; repeatable read is serializable here, for there are no predicates. */
export const consistencyModels = [
  "read-uncommitted",
  "read-committed",
  "read-atomic",
  "consistent-view",
  "snapshot-isolation",
  "repeatable-read",
  "serializable",
  "strong-session-read-uncommitted",
  "strong-session-read-committed",
  "strong-session-snapshot-isolation",
  "strong-session-serializable",
  "strong-read-uncommitted",
  "strong-read-committed",
  "strong-snapshot-isolation",
  "strict-serializable",
] as const;

/** A consistency model of transactions. */
export type ConsistencyModel = (typeof consistencyModels)[number];

/** The cycles by how bad they are; a model that forbids one forbids those before it. */
export const cycleKinds: readonly CycleKind[] = ["G0", "G1c", "G-single", "G-nonadjacent", "G2-item"];

/** By the worst cycle that a level allows nothing of: what else it forbids. */
interface Level {
  readonly cycles: number;
  readonly plain: readonly PlainAnomalyKind[];
}

// Adya's PL-1 asks for an order of the writes; a write that took effect twice, or was never made, has no place in it.
const readUncommitted: Level = {
  cycles: 1,
  plain: ["duplicate-elements", "unexpected-element", "cyclic-versions"],
};
// PL-2. Of two lists that no order explains, one has an element that was never there for good.
const readCommitted: Level = {
  cycles: 2,
  plain: [...readUncommitted.plain, "G1a", "G1b", "dirty-update", "incompatible-order"],
};
// Bailis et al. 2014; and a transaction sees its own writes and repeats its reads (INT in Cerone et al. 2015).
const readAtomic: Level = { cycles: 2, plain: [...readCommitted.plain, "internal", "fractured-read"] };
// PL-2+.
const consistentView: Level = { cycles: 3, plain: [...readAtomic.plain, "lost-update"] };
// Every cycle has two rw dependencies in a row (Cerone and Gotsman 2018, theorem 9).
const snapshotIsolation: Level = { cycles: 4, plain: consistentView.plain };
// PL-2.99 and PL-3.
const serializable: Level = { cycles: 5, plain: consistentView.plain };

const levels: { readonly [Model in ConsistencyModel]: readonly [Level, readonly CycleVariant[]] } = {
  "read-uncommitted": [readUncommitted, [""]],
  "read-committed": [readCommitted, [""]],
  "read-atomic": [readAtomic, [""]],
  "consistent-view": [consistentView, [""]],
  "snapshot-isolation": [snapshotIsolation, [""]],
  "repeatable-read": [serializable, [""]],
  serializable: [serializable, [""]],
  "strong-session-read-uncommitted": [readUncommitted, ["", "-process"]],
  "strong-session-read-committed": [readCommitted, ["", "-process"]],
  "strong-session-snapshot-isolation": [snapshotIsolation, ["", "-process"]],
  "strong-session-serializable": [serializable, ["", "-process"]],
  "strong-read-uncommitted": [readUncommitted, ["", "-process", "-realtime"]],
  "strong-read-committed": [readCommitted, ["", "-process", "-realtime"]],
  "strong-snapshot-isolation": [snapshotIsolation, ["", "-process", "-realtime"]],
  "strict-serializable": [serializable, ["", "-process", "-realtime"]],
};

/** Of which variants a model forbids cycles. */
export const variantsOf = (model: ConsistencyModel): readonly CycleVariant[] => levels[model][1];

/** The cycles that a model forbids, of each variant. */
export const cyclesForbiddenBy = (model: ConsistencyModel): readonly CycleKind[] =>
  cycleKinds.slice(0, levels[model][0].cycles);

/** Every anomaly that a model forbids. */
export const anomaliesForbiddenBy = (model: ConsistencyModel): ReadonlySet<AnomalyKind> => {
  const [{ plain }, variants] = levels[model];
  const cycles = cyclesForbiddenBy(model).flatMap((kind) => variants.map((variant) => `${kind}${variant}` as const));
  return new Set<AnomalyKind>([...plain, ...cycles]);
};

/** The models that a history with these anomalies is not of. */
export const modelsRuledOutBy = (anomalies: Iterable<AnomalyKind>): readonly ConsistencyModel[] => {
  const found = [...anomalies];
  return consistencyModels.filter((model) => {
    const forbidden = anomaliesForbiddenBy(model);
    return found.some((kind) => forbidden.has(kind));
  });
};
