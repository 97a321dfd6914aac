import { append, lastLogIndex } from "./log.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import type { RequestId } from "./replicated-log.ts";

/** A command for the log: it leaves with the next batch. What is not committed has a bound; beyond it nothing is taken. */
export const propose = (s: RaftState, io: RaftIO, settings: Settings, id: RequestId, command: unknown): void => {
  const { leading } = s;
  if (leading === null) return io.up.refused(id, "not leader", s.leader);
  if (leading.transfer !== null && settings.rules.refusesInTransfer())
    return io.up.refused(id, "transferring", leading.transfer.to);
  const isFull =
    lastLogIndex(io) - s.commitIndex >= settings.tailEntriesMax || leading.tailBytes >= settings.tailBytesMax;
  if (isFull) return io.up.refused(id, "overloaded", io.self);
  leading.tailBytes += settings.bytesOf(command);
  const index = append(s, io, { kind: "command", term: s.currentTerm, command });
  io.up.appended(id, index, s.currentTerm);
};
