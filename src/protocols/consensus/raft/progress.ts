import { perNode } from "../../../model/index.ts";
import { membersOf } from "./configuration.ts";
import { configurationOfServer, lastLogIndex } from "./log.ts";
import type { Progress, RaftIO, RaftState } from "./raft-state.ts";
import type { LogIndex } from "./replicated-log.ts";

/** One message at a time from here on: what was under way may be lost. */
export const probe = (progress: Progress, nextIndex: LogIndex): void => {
  progress.phase = "probe";
  progress.nextIndex = nextIndex;
  progress.awaits = false;
  progress.transfer = null;
  progress.inflight.length = 0;
  progress.inflightBytes = 0;
};

/** The logs match: entries are sent ahead of the replies. */
export const replicate = (progress: Progress): void => {
  progress.phase = "replicate";
  progress.nextIndex = progress.matchIndex + 1;
  progress.awaits = false;
  progress.transfer = null;
};

/** What is under way to a follower up to this index has arrived. */
export const freeInflight = (progress: Progress, index: LogIndex): void => {
  const { inflight } = progress;
  let freed = 0;
  while (freed < inflight.length && inflight[freed]!.lastIndex <= index)
    progress.inflightBytes -= inflight[freed++]!.bytes;
  // Mostly one answer frees one message.
  if (freed === 1) inflight.shift();
  else if (freed > 1) inflight.splice(0, freed);
};

/** A leader knows something of every member but itself, and of nobody else. */
export const trackMembers = (s: RaftState, io: RaftIO): void => {
  const { leading } = s;
  if (leading === null) return;
  const members = membersOf(configurationOfServer(s));
  const before = leading.progress;
  leading.progress = perNode(members, (node) =>
    node === io.self || !members.includes(node)
      ? null
      : (before[node] ?? {
          node,
          phase: "probe",
          nextIndex: lastLogIndex(io) + 1,
          matchIndex: 0,
          awaits: false,
          // Grace for those whom it has not asked yet.
          isActive: true,
          heartbeatDue: true,
          commitSent: 0,
          roundSent: 0,
          roundAcknowledged: 0,
          inflight: [],
          inflightBytes: 0,
          transfer: null,
        }),
  );
};
