import type { NodeId } from "../../../model/index.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import type { RequestId, Term } from "./replicated-log.ts";

/** Says who leads, if that is news. */
export const sayLeadership = (s: RaftState, io: RaftIO): void => {
  const { role, currentTerm, leader, said } = s;
  if (said.role === role && said.term === currentTerm && said.leader === leader) return;
  s.said = { role, term: currentTerm, leader };
  io.up.leadership(role, currentTerm, leader);
};

/** Takes part in a term, with a vote or none yet. Both are durable before anybody hears of it. */
export const enterTerm = (s: RaftState, io: RaftIO, { rules }: Settings, term: Term, votedFor: NodeId | null): void => {
  s.currentTerm = term;
  s.votedFor = votedFor;
  if (rules.storesVote()) io.disk.termAndVote.set({ term, votedFor });
};

/** Waits for a leader a time that is drawn, then stands for election. */
export const awaitElection = (io: RaftIO, { electionTimeoutMs }: Settings): void => {
  io.timers.silence.cancel();
  io.timers.election.set({ from: electionTimeoutMs, to: 2 * electionTimeoutMs });
};

/** A sign of the leader: for the shortest election timeout nobody stands, and nobody is voted for. */
export const hearLeader = (s: RaftState, io: RaftIO, { electionTimeoutMs }: Settings): void => {
  if (!s.isLoyal) io.timers.election.cancel();
  s.isLoyal = true;
  io.timers.silence.set(electionTimeoutMs);
};

/** No leader for the shortest election timeout: votes are free, and some time within as much again this server stands. */
export const missLeader = (s: RaftState, io: RaftIO, { electionTimeoutMs }: Settings): void => {
  s.isLoyal = false;
  io.timers.election.set({ from: 0, to: electionTimeoutMs });
};

/** These reads had no effect, and never will. */
export const refuseReads = (s: RaftState, io: RaftIO, ids: readonly RequestId[]): void => {
  s.readsOpen -= ids.length;
  for (const id of ids) io.up.refused(id, "not leader", s.leader === io.self ? null : s.leader);
};

/** What a leader leaves open when it stops leading: reads certainly had no effect, a transfer is over. */
const abdicate = (s: RaftState, io: RaftIO): void => {
  const { leading } = s;
  if (leading === null) return;
  s.leading = null;
  io.timers.heartbeat.cancel();
  io.timers.commit.cancel();
  io.timers.quorum.cancel();
  io.timers.transfer.cancel();
  io.timers.catchUp.cancel();
  io.timers.disk.cancel();
  refuseReads(s, io, leading.queuedIds);
  for (const { ids } of leading.batches) refuseReads(s, io, ids);
};

/** Follows a leader, or nobody yet, in a term that is not below the present one. */
export const becomeFollower = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  term: Term,
  leader: NodeId | null,
): void => {
  const wasFollower = s.role === "follower";
  if (term > s.currentTerm) enterTerm(s, io, settings, term, null);
  s.role = "follower";
  s.leader = leader;
  s.votesGranted = [];
  s.isTransfer = false;
  if (!wasFollower) {
    abdicate(s, io);
    s.isLoyal = false;
    awaitElection(io, settings);
  }
  sayLeadership(s, io);
};
