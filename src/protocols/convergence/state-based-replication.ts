import { type IO, type Links, type Module, perNode } from "../../model/index.ts";
import type { ReplicatedData, StateBasedType } from "./replicated-data.ts";
import { type Dot, hasSeen, hasSeenAllOf, type Seen, unionOfSeen, withDot } from "./seen.ts";

/** A whole state on its way, with the updates that are in it. */
export interface Gossip<State> {
  readonly state: State;
  readonly seen: Seen;
}

/** The decisions on which replication by states rests. */
export interface AntiEntropyRules {
  /** Whether what is kept for the sake of an update may be forgotten; `known` is what each replica was heard to have seen. */
  readonly mayForget: (dot: Dot, known: readonly Seen[]) => boolean;
}

const antiEntropyRules: AntiEntropyRules = {
  mayForget: (dot, known) => known.every((seen) => hasSeen(seen, dot)),
};

/** What a replica may be told. */
export interface StateBasedReplicationOptions<State, Update, Value> {
  readonly type: StateBasedType<State, Update, Value>;
  /** Milliseconds between two gossips of a process: at least this, at most twice this. */
  readonly gossipMs?: number;
  readonly rules?: Partial<AntiEntropyRules>;
}

interface StateBasedSpec<State, Update, Value> {
  provides: ReplicatedData<Update, Value>;
  uses: { links: Links<Gossip<State>> };
  state: { data: State; seen: Seen; known: Seen[] };
  timers: { gossip: [] };
}

/**
 * Replication by states, with anti-entropy: every process tells its whole state to a process that it draws, again and
 * again; whoever hears one merges it. Nothing is needed of the links but that some messages arrive (fair loss): a merge
 * makes up for every state that was lost before. A process that stops keeps tombstones from being collected for ever.
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, algorithm 1 (state-based replication); Demers et al. 1987 for the
 * anti-entropy; Wuu, Bernstein 1984 for knowing when all have seen an update.
 */
export const stateBasedReplication = <State, Update, Value>({
  type,
  gossipMs = 20,
  rules: changed = {},
}: StateBasedReplicationOptions<State, Update, Value>): Module<StateBasedSpec<State, Update, Value>> => {
  const rules: AntiEntropyRules = { ...antiEntropyRules, ...changed };
  type S = StateBasedSpec<State, Update, Value>;

  const forget = (s: S["state"]): void => {
    if (type.collect !== undefined) s.data = type.collect(s.data, (dot) => rules.mayForget(dot, s.known));
  };
  const changedNow = (s: S["state"], io: IO<S>): void => {
    s.known[io.self] = s.seen;
    io.up.changed(type.value(s.data), s.seen);
    forget(s);
  };

  return {
    name: `${type.name} by states`,
    source: "Shapiro, Preguiça, Baquero, Zawirski 2011, algorithm 1",
    init({ nodes }) {
      const seen = perNode(nodes, () => ({ upTo: 0, beyond: [] }));
      return { data: type.initial, seen, known: perNode(nodes, () => seen) };
    },
    start(_s, io) {
      if (io.nodes.length > 1) io.timers.gossip.set({ from: gossipMs, to: 2 * gossipMs });
    },
    upon: {
      request: {
        update(s, io, update) {
          const dot = { node: io.self, number: (s.seen[io.self]?.upTo ?? 0) + 1 };
          s.data = type.update(s.data, update, dot);
          s.seen = withDot(s.seen, dot);
          changedNow(s, io);
        },
      },
      links: {
        deliver(s, io, from, { state, seen }) {
          s.known[from] = unionOfSeen(s.known[from]!, seen);
          // An old state holds nothing new, and may lack a remove whose tombstone was collected meanwhile: merged, it
          // would bring the element back.
          if (hasSeenAllOf(s.seen, seen)) return forget(s);
          s.data = type.merge(s.data, state);
          s.seen = unionOfSeen(s.seen, seen);
          changedNow(s, io);
        },
      },
      timer: {
        gossip(s, io) {
          const others = io.nodes.filter((node) => node !== io.self);
          io.links.send(others[io.random("partner", others.length)]!, { state: s.data, seen: s.seen });
          io.timers.gossip.set({ from: gossipMs, to: 2 * gossipMs });
        },
      },
    },
  };
};
