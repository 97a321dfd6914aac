/** A build that is wrong on purpose: a run must find it out. */
export type Broken = "no-sync" | "stale-reads";

/** What a replica process is started with. */
export interface ReplicaOrders {
  /** The file of the replica. */
  readonly file: string;
  readonly broken: Broken | null;
  /** Milliseconds for which the storage keeps a batch back before it is on disk. */
  readonly syncMs: number;
  /** In how many parts a batch then reaches the disk. */
  readonly parts: number;
  /** Entries from one snapshot to the next, and those that stay in the log behind it. */
  readonly snapshotEvery: number;
  readonly entriesKept: number;
}

/** What the run tells a replica process. */
export interface ReplicaCommand {
  readonly kind: "fill the disk";
}

/** How a replica stands, as far as the run needs to know. */
export interface Standing {
  readonly role: string;
  readonly term: number;
  readonly commit: number;
  readonly hashedAt: number;
  readonly stateHash: number;
  readonly voters: readonly number[];
  readonly votersOutgoing: readonly number[];
  readonly learners: readonly number[];
}

/** What a replica process tells the run. */
export type ReplicaReportLine =
  | { readonly kind: "serving" }
  | { readonly kind: "standing"; readonly standing: Standing }
  | { readonly kind: "mark"; readonly name: string }
  | { readonly kind: "event"; readonly name: string }
  | { readonly kind: "diverged"; readonly index: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Exit code of a replica whose disk failed, as `quorate serve` has it. */
export const exitStorage = 74;
