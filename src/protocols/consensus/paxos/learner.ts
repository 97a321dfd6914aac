import type { Channel, Links, Module, Port } from "../../../model/index.ts";
import { majorityOf, perNode } from "../../../model/index.ts";
import type { Vote } from "./ballot.ts";

/** A learner as the process that it belongs to sees it. */
export interface Learner<V> extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** At most once in an incarnation. */
    readonly learned: (chosen: V) => void;
  };
}

/** How a learner treats the others. */
export interface LearnerOptions {
  /**
   * Whether it tells them what it learned. They need it where they follow a leader, which rests once it knows: of five
   * acceptors one that stops may have told the leader alone that it accepted, and another may have refused for the sake
   * of a proposer that stopped.
   */
  readonly announces?: boolean;
}

/**
 * Finds out what was chosen: a value that a majority of acceptors accepted in one ballot.
 *
 * Source: Lamport 2001, Paxos Made Simple, 2.3.
 */
export const learner = <V>({
  announces = false,
}: LearnerOptions = {}): Module<{
  provides: Learner<V>;
  uses: { acceptors: Channel<never, Vote<V>>; learners: Links<{ readonly chosen: V }> };
  state: { votes: (Vote<V> | null)[]; chosen: { readonly value: V } | null; learned: boolean };
}> => ({
  name: "Paxos learner",
  source: "Lamport 2001, Paxos Made Simple, 2.3",
  init: ({ nodes }) => ({ votes: perNode(nodes, () => null), chosen: null, learned: false }),
  whenever(s, io) {
    if (s.learned || s.chosen === null) return;
    s.learned = true;
    const { value } = s.chosen;
    if (announces) for (const node of io.nodes) if (node !== io.self) io.learners.send(node, { chosen: value });
    io.up.learned(value);
  },
  upon: {
    request: {},
    acceptors: {
      deliver(s, io, acceptor, vote) {
        if (vote.ballot < (s.votes[acceptor]?.ballot ?? vote.ballot)) return;
        s.votes[acceptor] = vote;
        const same = s.votes.filter((known) => known?.ballot === vote.ballot);
        if (same.length >= majorityOf(io.nodes.length)) s.chosen = { value: vote.value };
      },
    },
    learners: {
      deliver(s, _io, _learner, { chosen }) {
        s.chosen = { value: chosen };
      },
    },
  },
});
