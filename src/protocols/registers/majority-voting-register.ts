import type { Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import { majorityQuorums, type Quorums } from "./quorums.ts";
import type { Register } from "./register.ts";
import { isLater, type Timestamp, unwritten, type Versioned } from "./timestamp.ts";

/** What a reader or the writer asks of everybody. */
export type VotingQuestion<V> =
  | { readonly kind: "read"; readonly read: number }
  | { readonly kind: "write"; readonly versioned: Versioned<V> };

/** What one process answers. */
export type VotingAnswer<V> =
  | { readonly kind: "value"; readonly read: number; readonly versioned: Versioned<V> }
  | { readonly kind: "ack"; readonly timestamp: Timestamp };

/** What majority voting may be told. */
export interface MajorityVotingOptions {
  readonly quorums?: Quorums;
}

/**
 * A regular register of one writer and many readers: the writer waits for a quorum, a reader takes the latest of what a
 * quorum has. While a write is under way one reader may see it and a later reader not: regular, not atomic (row 47,
 * case B25). Any minority may crash.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 4.2, "Majority Voting Regular Register". Acknowledgements are
 * counted by process, not by message, so that links may deliver twice.
 */
export const majorityVotingRegister = <V>({
  quorums = majorityQuorums,
}: MajorityVotingOptions = {}): Module<{
  provides: Register<V>;
  uses: { broadcast: Broadcast<VotingQuestion<V>>; links: Links<VotingAnswer<V>> };
  state: {
    stored: Versioned<V>;
    writes: number;
    acknowledged: NodeId[] | null;
    reads: number;
    values: Map<NodeId, Versioned<V>> | null;
  };
}> => ({
  name: "majority voting regular register",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 4.2",
  init: () => ({ stored: unwritten, writes: 0, acknowledged: null, reads: 0, values: null }),
  upon: {
    request: {
      write(s, io, value) {
        s.acknowledged = [];
        io.broadcast.broadcast({
          kind: "write",
          versioned: { timestamp: { counter: ++s.writes, writer: io.self }, value },
        });
      },
      read(s, io) {
        s.values = new Map();
        io.broadcast.broadcast({ kind: "read", read: ++s.reads });
      },
    },
    broadcast: {
      deliver(s, io, from, question) {
        if (question.kind === "read")
          return io.links.send(from, { kind: "value", read: question.read, versioned: s.stored });
        if (isLater(question.versioned.timestamp, s.stored.timestamp)) s.stored = question.versioned;
        io.links.send(from, { kind: "ack", timestamp: question.versioned.timestamp });
      },
    },
    links: {
      deliver(s, io, from, answer) {
        if (answer.kind === "ack") {
          if (s.acknowledged === null || answer.timestamp.counter !== s.writes) return;
          if (!s.acknowledged.includes(from)) s.acknowledged.push(from);
          if (!quorums.isWrite(s.acknowledged, io.nodes)) return;
          s.acknowledged = null;
          io.up.writeReturn();
        } else {
          if (s.values === null || answer.read !== s.reads) return;
          s.values.set(from, answer.versioned);
          if (!quorums.isRead([...s.values.keys()], io.nodes)) return;
          const latest = [...s.values.values()].reduce((a, b) => (isLater(b.timestamp, a.timestamp) ? b : a));
          s.values = null;
          io.up.readReturn(latest.value);
        }
      },
    },
  },
});
