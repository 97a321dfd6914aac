import type { Entry, SnapshotChunk } from "../../src/machines/index.ts";
import type { Module } from "../../src/model/index.ts";
import type { ReplicatedLog } from "../../src/protocols/index.ts";

/** The ideal log of one replica: what is proposed is committed at once. A test may look at each entry. */
export const logOfOne = (
  onProposed: (entry: Entry) => void = () => undefined,
): Module<{
  provides: ReplicatedLog<Entry, SnapshotChunk>;
  uses: Record<never, never>;
  state: { index: number };
}> => ({
  name: "log of one",
  source: "the specification of a replicated log",
  init: () => ({ index: 0 }),
  start(_s, io) {
    io.up.leadership("leader", 1, io.self);
  },
  upon: {
    request: {
      propose(s, io, id, command) {
        onProposed(command);
        io.up.appended(id, ++s.index, 1);
        io.up.committed(s.index, 1, command);
      },
      read: (s, io, id) => io.up.readReady(id, s.index),
      transferLeadership: (_s, io, id) => io.up.refused(id, "impossible", null),
      changeMembers: (_s, io, id) => io.up.refused(id, "impossible", null),
      saveSnapshot: () => undefined,
    },
  },
});
