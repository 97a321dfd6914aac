import type { NodeId } from "../../../model/index.ts";
import {
  type Configuration,
  changed,
  configurationOf,
  isJoint,
  isVoter,
  type MembershipChange,
  membersOf,
} from "./configuration.ts";
import { append, configurationIndex, configurationOfServer, lastLogIndex } from "./log.ts";
import { trackMembers } from "./progress.ts";
import type { Settings } from "./raft-options.ts";
import type { ConfigurationAt, Leading, RaftIO, RaftState } from "./raft-state.ts";
import type { LogIndex, Refusal, RequestId } from "./replicated-log.ts";
import { becomeFollower } from "./roles.ts";

/** A new configuration is in force as soon as it lies in the log. */
const appendConfiguration = (s: RaftState, io: RaftIO, configuration: Configuration): void => {
  append(s, io, { kind: "configuration", term: s.currentTerm, configuration });
  trackMembers(s, io);
};

const sameNodes = (some: readonly NodeId[], others: readonly NodeId[]): boolean =>
  some.length === others.length && some.every((node, at) => node === others[at]);

/** Those who come from outside learn first: as voters without a log they would hold up every commit. */
const admitLearners = (s: RaftState, io: RaftIO, before: Configuration, newcomers: readonly NodeId[]): void =>
  appendConfiguration(s, io, configurationOf(before.voters, [...before.learners, ...newcomers]));

/** The change itself: where voters change through a configuration in which both sets must agree. */
const beginChange = (s: RaftState, io: RaftIO, { rules }: Settings, change: MembershipChange): void => {
  const before = configurationOfServer(s);
  const after = changed(before, change);
  if (sameNodes(before.voters, after.voters) || !rules.goesJoint(before, after))
    return appendConfiguration(s, io, after);
  io.mark("enters a joint configuration");
  appendConfiguration(s, io, { voters: after.voters, votersOutgoing: before.voters, learners: after.learners });
};

/** Why a change cannot be made now, or null. */
const refusalOfChange = (
  s: RaftState,
  io: RaftIO,
  { rules }: Settings,
  leading: Leading,
  change: MembershipChange,
): Refusal | null => {
  if (leading.transfer !== null) return "transferring";
  if (rules.isChanging(leading.change !== null, configurationIndex(s), s.commitIndex)) return "busy";
  if (!rules.mayChangeMembers(s.commitIndex >= leading.firstIndex)) return "too early";
  const before = configurationOfServer(s);
  if (isJoint(before)) return "busy";
  const after = changed(before, change);
  const isKnown = membersOf(after).every((node) => io.nodes.includes(node));
  return after.voters.length === 0 || !isKnown ? "impossible" : null;
};

/** Another set of members is asked for. */
export const changeMembers = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  id: RequestId,
  change: MembershipChange,
): void => {
  const { leading } = s;
  if (leading === null) return io.up.refused(id, "not leader", s.leader);
  const refusal = refusalOfChange(s, io, settings, leading, change);
  if (refusal !== null) return io.up.refused(id, refusal, io.self);
  const before = configurationOfServer(s);
  const { voters } = changed(before, change);
  const toCatchUp = voters.filter((node) => !before.voters.includes(node));
  const newcomers = toCatchUp.filter((node) => !before.learners.includes(node));
  leading.change = { id, change, waitsFor: toCatchUp };
  if (newcomers.length > 0) admitLearners(s, io, before, newcomers);
  io.timers.catchUp.set(settings.catchUpMs);
  continueChange(s, io, settings, leading);
};

/** Goes on with a change once those who are to vote have nearly the whole log, and may vote without holding others up. */
export const continueChange = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  const { change } = leading;
  if (change === null || change.waitsFor === null) return;
  if (settings.rules.isChanging(false, configurationIndex(s), s.commitIndex)) return;
  const enough = lastLogIndex(io) - settings.catchUpEntries;
  const lags = (node: NodeId): boolean => {
    const progress = leading.progress[node];
    return progress !== null && progress !== undefined && (progress.matchIndex === 0 || progress.matchIndex < enough);
  };
  if (change.waitsFor.some(lags)) return;
  io.timers.catchUp.cancel();
  leading.change = { id: change.id, change: change.change, waitsFor: null };
  beginChange(s, io, settings, change.change);
};

/** Those who were to vote did not catch up: they stay learners, and who votes has not changed. */
export const giveUpChange = (s: RaftState, io: RaftIO): void => {
  const { leading } = s;
  if (leading === null || leading.change === null || leading.change.waitsFor === null) return;
  const { id } = leading.change;
  leading.change = null;
  io.up.refused(id, "lags", io.self);
};

/** The most advanced of the others who vote, to take over. */
export const bestSuccessor = (s: RaftState, io: RaftIO, leading: Leading): NodeId | null => {
  let best: NodeId | null = null;
  for (const progress of leading.progress) {
    if (progress === null || progress.node === io.self || !isVoter(configurationOfServer(s), progress.node)) continue;
    if (best === null || progress.matchIndex > leading.progress[best]!.matchIndex) best = progress.node;
  }
  return best;
};

/** A leader that is no member any more makes room. */
const resign = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  io.mark("resigns, for it is no member any more");
  const successor = bestSuccessor(s, io, leading);
  if (successor !== null) io.sessions.send(successor, { kind: "TimeoutNow", term: s.currentTerm });
  becomeFollower(s, io, settings, s.currentTerm, null);
};

/** The latest configuration that is known to be committed. */
const committedConfiguration = ({ configurations, commitIndex }: RaftState): ConfigurationAt => {
  let at = configurations.length - 1;
  while (at > 0 && configurations[at]!.index > commitIndex) at--;
  return configurations[at]!;
};

/** More is committed: a joint configuration is left, a change is done, a leader that was removed goes. */
export const onCommitted = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  const latest = configurationOfServer(s);
  const index: LogIndex = configurationIndex(s);
  const joint = settings.rules.jointToLeave(s.configurations.at(-1)!, committedConfiguration(s));
  if (joint !== null)
    return appendConfiguration(s, io, configurationOf(joint.configuration.voters, joint.configuration.learners));
  if (isJoint(latest)) return;
  if (index > s.commitIndex) return;
  const { change } = leading;
  if (change !== null && change.waitsFor === null) {
    leading.change = null;
    io.up.membersChanged(change.id, index);
  } else if (change !== null) continueChange(s, io, settings, leading);
  if (!isVoter(latest, io.self)) resign(s, io, settings, leading);
};
