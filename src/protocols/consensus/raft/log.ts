import { assert } from "../../../model/index.ts";
import { type Configuration, configurationOf } from "./configuration.ts";
import type { Entry } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { LogEnd } from "./raft-rules.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import type { LogIndex, Term } from "./replicated-log.ts";

/** Index of the last entry, in the log or in the snapshot. */
export const lastLogIndex = (io: RaftIO): LogIndex => io.disk.entries.end - 1;

/** The term of an entry; null where the log does not reach, or was cut and forgotten. Index 0 has term 0. */
export const termAt = (s: RaftState, io: RaftIO, index: LogIndex): Term | null => {
  const { entries } = io.disk;
  if (index >= entries.first && index < entries.end) return entries.at(index).term;
  if (index === s.lastIncludedIndex) return s.lastIncludedTerm;
  return index === s.forgotten.index ? s.forgotten.term : null;
};

/** Forgets the entries before an index, which a snapshot stands for. */
export const forgetBefore = (s: RaftState, io: RaftIO, index: LogIndex): void => {
  s.forgotten = { index: index - 1, term: termAt(s, io, index - 1) ?? 0 };
  io.disk.entries.cutBefore(index);
};

/** The last entry's place. */
export const endOfLog = (s: RaftState, io: RaftIO): LogEnd => {
  const index = lastLogIndex(io);
  return { index, term: termAt(s, io, index) ?? 0 };
};

/** The last committed entry's place. */
export const endOfCommitted = (s: RaftState, io: RaftIO): LogEnd => ({
  index: s.commitIndex,
  term: termAt(s, io, s.commitIndex) ?? 0,
});

/**
 * The highest index, from `index` down, whose term is not above `term`: above it two logs cannot match, where one has
 * `term` at `index` and the other is this. Terms never fall along a log, so halving finds it.
 */
export const lastPossibleMatch = (s: RaftState, io: RaftIO, index: LogIndex, term: Term): LogEnd => {
  // What a snapshot stands for is committed; how the other log differs below it is not for this one to say.
  if (index <= s.lastIncludedIndex) return { index, term: termAt(s, io, index) ?? 0 };
  const { entries } = io.disk;
  let low = s.lastIncludedIndex;
  let high = Math.min(index, lastLogIndex(io));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (entries.at(middle).term <= term) low = middle;
    else high = middle - 1;
  }
  return { index: low, term: termAt(s, io, low) ?? 0 };
};

/** The configuration in force: the latest in the log, committed or not. */
export const configurationOfServer = (s: RaftState): Configuration =>
  s.configurations[s.configurations.length - 1]!.configuration;

/** Index of the entry with the configuration in force. */
export const configurationIndex = (s: RaftState): LogIndex => s.configurations[s.configurations.length - 1]!.index;

/** Puts an entry at the end. A configuration is in force from then on. */
export const append = (s: RaftState, io: RaftIO, entry: Entry<unknown>): LogIndex => {
  const index = io.disk.entries.end;
  io.disk.entries.append(entry);
  if (entry.kind === "configuration") {
    s.configurations.push({ index, configuration: entry.configuration });
    io.up.membership(entry.configuration, index);
  }
  return index;
};

/** Cuts the log from an index on, which must not be committed. */
export const cutFrom = (s: RaftState, io: RaftIO, { rules }: Settings, index: LogIndex): void => {
  assert(index > s.commitIndex, `the log is cut from ${index}, and ${s.commitIndex} is committed`);
  io.mark("cuts entries that conflict");
  io.disk.entries.cutFrom(index);
  s.storedIndex = rules.storedAfterCut(s.storedIndex, index - 1);
  if (!rules.rollsBackConfiguration() || configurationIndex(s) < index) return;
  io.mark("takes a configuration back");
  while (configurationIndex(s) >= index) s.configurations.pop();
  io.up.membership(configurationOfServer(s), configurationIndex(s));
};

/** Reads from disk which configurations lie in the log, at boot. */
export const loadConfigurations = (s: RaftState, io: RaftIO, { voters, learners }: Settings): void => {
  const { snapshot, entries } = io.disk;
  const configuration = snapshot.value?.head.configuration ?? configurationOf(voters ?? io.nodes, learners);
  s.configurations = [{ index: s.lastIncludedIndex, configuration }];
  for (let index = Math.max(entries.first, s.lastIncludedIndex + 1); index < entries.end; index++) {
    const entry = entries.at(index);
    if (entry.kind === "configuration") s.configurations.push({ index, configuration: entry.configuration });
  }
};
