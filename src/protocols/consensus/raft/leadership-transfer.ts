import type { NodeId } from "../../../model/index.ts";
import { isVoter } from "./configuration.ts";
import { configurationOfServer, lastLogIndex } from "./log.ts";
import { bestSuccessor } from "./membership.ts";
import type { Settings } from "./raft-options.ts";
import type { Leading, RaftIO, RaftState } from "./raft-state.ts";
import type { RequestId } from "./replicated-log.ts";
import { becomeFollower } from "./roles.ts";

/**
 * From now on somebody may stand for election although all are loyal to this leader, and the message that tells him to
 * may arrive late: no lease holds any more in this term.
 */
const tellToStand = (s: RaftState, io: RaftIO, leading: Leading, successor: NodeId): void => {
  leading.leaseForfeited = true;
  io.sessions.send(successor, { kind: "TimeoutNow", term: s.currentTerm });
};

/** The one to come is told to stand once it has the whole log: before, it would lose. */
export const handOver = (s: RaftState, io: RaftIO, { rules }: Settings, leading: Leading): void => {
  const { transfer } = leading;
  if (transfer === null || transfer.sent) return;
  if (!rules.mayHandOver(leading.progress[transfer.to]?.matchIndex ?? 0, lastLogIndex(io))) return;
  transfer.sent = true;
  io.mark("hands over");
  tellToStand(s, io, leading, transfer.to);
};

/** The leader is asked to make room for another. */
export const transferLeadership = (s: RaftState, io: RaftIO, settings: Settings, id: RequestId, to: NodeId): void => {
  const { leading } = s;
  if (leading === null) return io.up.refused(id, "not leader", s.leader);
  if (leading.transfer !== null || leading.change !== null) return io.up.refused(id, "busy", io.self);
  if (to === io.self || !isVoter(configurationOfServer(s), to)) return io.up.refused(id, "impossible", io.self);
  leading.transfer = { id, to, sent: false };
  io.timers.transfer.set(settings.electionTimeoutMs);
  handOver(s, io, settings, leading);
};

/** It took too long: the leader leads on, and takes proposals again. */
export const giveUpTransfer = (s: RaftState, io: RaftIO): void => {
  const { leading } = s;
  if (leading === null || leading.transfer === null) return;
  const { id } = leading.transfer;
  leading.transfer = null;
  io.up.refused(id, "lags", io.self);
};

/**
 * The disk does not finish: a leader whose followers hear heartbeats, and who can commit nothing of its own, would lead
 * for ever. What it says now must not wait for that disk.
 */
export const leaveForDisk = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { leading } = s;
  if (leading === null) return;
  io.mark("steps down because its disk is stuck");
  const successor = bestSuccessor(s, io, leading);
  if (successor !== null) io.early(() => tellToStand(s, io, leading, successor));
  becomeFollower(s, io, settings, s.currentTerm, null);
};
