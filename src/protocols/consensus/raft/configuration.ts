import { majorityOf, type NodeId } from "../../../model/index.ts";

/**
 * Who takes part. While voters change the configuration is *joint*: `votersOutgoing` are the voters before, and both
 * sets must agree, each by its own majority. Outside such a change `votersOutgoing` is empty. Learners get the log and
 * do not count. Ids ascend in each list.
 *
 * Source: Ongaro 2014, Consensus: Bridging Theory and Practice, 4.2.1 and 4.3.
 */
export interface Configuration {
  /** Whose majority counts; in a joint configuration the new voters. */
  readonly voters: readonly NodeId[];
  /** In a joint configuration the voters before it, whose majority counts as well. */
  readonly votersOutgoing: readonly NodeId[];
  /** Who is sent the log, and neither votes nor counts. */
  readonly learners: readonly NodeId[];
}

/**
 * What is to become of the processes that it names; the others stay what they are. Whoever is to vote and is not yet
 * there is a learner first, until it has caught up.
 */
export interface MembershipChange {
  /** These are to vote. */
  readonly voters?: readonly NodeId[];
  /** These are to learn only: new ones, or voters that step back. */
  readonly learners?: readonly NodeId[];
  /** These are to leave. */
  readonly removed?: readonly NodeId[];
}

/** A configuration that is not joint. */
export const configurationOf = (voters: readonly NodeId[], learners: readonly NodeId[] = []): Configuration => ({
  voters: ascending(voters),
  votersOutgoing: [],
  learners: ascending(learners),
});

const ascending = (nodes: readonly NodeId[]): NodeId[] => [...new Set(nodes)].sort((one, other) => one - other);

/** Whether two majorities count. */
export const isJoint = ({ votersOutgoing }: Configuration): boolean => votersOutgoing.length > 0;

/** Whether a process votes, in the one set or in the other. */
export const isVoter = ({ voters, votersOutgoing }: Configuration, node: NodeId): boolean =>
  voters.includes(node) || votersOutgoing.includes(node);

/** Everybody who is sent the log, ascending. */
export const membersOf = ({ voters, votersOutgoing, learners }: Configuration): NodeId[] =>
  ascending([...voters, ...votersOutgoing, ...learners]);

/** The configuration that a change leads to, not joint. */
export const changed = (before: Configuration, change: MembershipChange): Configuration => {
  const { voters = [], learners = [], removed = [] } = change;
  const stays = (node: NodeId): boolean =>
    !voters.includes(node) && !learners.includes(node) && !removed.includes(node);
  return configurationOf([...before.voters.filter(stays), ...voters], [...before.learners.filter(stays), ...learners]);
};

const majorityAgrees = (voters: readonly NodeId[], agrees: (node: NodeId) => boolean): boolean => {
  let count = 0;
  for (const voter of voters) if (agrees(voter)) count++;
  return count >= majorityOf(voters.length);
};

/** Whether enough voters agree: a majority, in a joint configuration one of each set. */
export const hasQuorum = (configuration: Configuration, agrees: (node: NodeId) => boolean): boolean =>
  majorityAgrees(configuration.voters, agrees) &&
  (configuration.votersOutgoing.length === 0 || majorityAgrees(configuration.votersOutgoing, agrees));
