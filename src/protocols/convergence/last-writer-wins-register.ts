import type { NodeId } from "../../model/index.ts";
import type { StateBasedType } from "./replicated-data.ts";

/** The last write that a replica knows of. */
export interface LastWrite<V> {
  /** Logical time: larger than that of every write that its writer knew of. 0 before any write. */
  readonly time: number;
  readonly writer: NodeId;
  readonly value: V | null;
}

/** The decisions on which the register's convergence rests. */
export interface LastWriterWinsRules {
  /** Whether a write heard of replaces the one that a replica has. */
  readonly replaces: (local: LastWrite<unknown>, remote: LastWrite<unknown>) => boolean;
}

const lastWriterWinsRules: LastWriterWinsRules = {
  replaces: (local, remote) => remote.time > local.time || (remote.time === local.time && remote.writer > local.writer),
};

/**
 * A register where the last writer wins: of two concurrent writes one is kept and one is silently lost, the same at all
 * replicas because processes break ties. Time is a Lamport clock kept in the state.
 *
 * Source: Johnson, Thomas 1975, RFC 677; Shapiro, Preguiça, Baquero, Zawirski 2011, specification 8, "LWW-Register".
 */
export const lastWriterWinsRegister = <V>(
  changed: Partial<LastWriterWinsRules> = {},
): StateBasedType<LastWrite<V>, V, V | null> => {
  const rules: LastWriterWinsRules = { ...lastWriterWinsRules, ...changed };
  return {
    name: "last-writer-wins register",
    initial: { time: 0, writer: 0, value: null },
    update: ({ time }, value, { node }) => ({ time: time + 1, writer: node, value }),
    merge: (local, remote) => (rules.replaces(local, remote) ? remote : local),
    value: ({ value }) => value,
  };
};
