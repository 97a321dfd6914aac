import type { Module, NodeId, Shape } from "../../model/index.ts";
import { anything, equal, kindsOf, perNode, wholeNumber } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";

/** What the processes of a double-echo broadcast say: the origin's message, and two rounds of what others heard of it. */
export type DoubleEcho<M> =
  | { readonly kind: "send"; readonly message: M }
  | { readonly kind: "echo"; readonly origin: NodeId; readonly message: M }
  | { readonly kind: "ready"; readonly origin: NodeId; readonly message: M };

const isDoubleEcho: Shape = kindsOf<DoubleEcho<unknown>>({
  send: { message: anything },
  echo: { origin: wholeNumber, message: anything },
  ready: { origin: wholeNumber, message: anything },
});

/** Who said which message. */
export interface Voice<M> {
  readonly from: NodeId;
  readonly message: M;
}

/** The rules of the double echo, each by itself, so that one can be broken. Counts are of voices for one message. */
export interface DoubleEchoRules {
  /** Whether a process has no voice yet: senders are counted, never messages. */
  readonly counts: (voices: readonly Voice<unknown>[], from: NodeId) => boolean;
  /**
   * Whether to say ready. Any two sets of more than (n + f) / 2 echoes share a correct process, which echoes one message
   * only; of more than f readies one is correct.
   */
  readonly isReady: (echoes: number, readies: number, n: number, f: number) => boolean;
  /**
   * Whether to deliver: on more than 2f readies, of which more than f are correct and make everybody ready. On echoes
   * alone some would deliver and others never.
   */
  readonly delivers: (echoes: number, readies: number, n: number, f: number) => boolean;
}

/** The rules of the book. */
export const doubleEchoRules: DoubleEchoRules = {
  counts: (voices, from) => voices.every((voice) => voice.from !== from),
  isReady: (echoes, readies, n, f) => 2 * echoes > n + f || readies > f,
  delivers: (_echoes, readies, _n, f) => readies > 2 * f,
};

/** What is known of the one message of an origin. */
interface Origin<M> {
  echoed: boolean;
  ready: boolean;
  delivered: boolean;
  echoes: Voice<M>[];
  readies: Voice<M>[];
}

const support = <M>(voices: readonly Voice<M>[], message: M): number =>
  voices.filter((voice) => equal(voice.message, message)).length;

/**
 * Byzantine reliable broadcast of one message an origin (slots or epochs of it are a family). Correct processes deliver
 * the same message or none, whatever a traitor shows to whom, as long as n > 3f. The links below must tell who speaks.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.18, "Authenticated Double-Echo Broadcast"; Bracha 1987.
 */
export const doubleEchoBroadcast = <M>({
  f,
  rules = {},
}: {
  readonly f: number;
  readonly rules?: Partial<DoubleEchoRules>;
}): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<DoubleEcho<M>> };
  state: { origins: Origin<M>[] };
}> => {
  const { counts, isReady, delivers } = { ...doubleEchoRules, ...rules };
  return {
    name: "double-echo broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.18",
    init: ({ nodes }) => ({
      origins: perNode(nodes, () => ({ echoed: false, ready: false, delivered: false, echoes: [], readies: [] })),
    }),
    upon: {
      request: {
        broadcast(_s, io, message) {
          io.bestEffort.broadcast({ kind: "send", message });
        },
      },
      bestEffort: {
        deliver(s, io, from, m) {
          // A voice from outside the group would count, and two quorums could then share no correct process.
          if (!io.nodes.includes(from) || !isDoubleEcho(m))
            return io.note("ignores what is no message here, from", from);
          const origin = m.kind === "send" ? from : m.origin;
          const known = s.origins[origin];
          if (known === undefined) return io.note("no such origin", origin);
          const { message } = m;
          if (m.kind === "send") {
            if (known.echoed) return;
            known.echoed = true;
            return io.bestEffort.broadcast({ kind: "echo", origin, message });
          }
          const voices = m.kind === "echo" ? known.echoes : known.readies;
          if (!counts(voices, from)) return;
          // Sorted by sender: who spoke first is no difference, and a state less for a search that looks at all of them.
          voices.push({ from, message });
          voices.sort((one, other) => one.from - other.from);
          const n = io.nodes.length;
          const echoes = support(known.echoes, message);
          const readies = support(known.readies, message);
          if (!known.ready && isReady(echoes, readies, n, f)) {
            known.ready = true;
            io.bestEffort.broadcast({ kind: "ready", origin, message });
          }
          if (!known.delivered && delivers(echoes, readies, n, f)) {
            known.delivered = true;
            io.up.deliver(origin, message);
          }
        },
      },
    },
  };
};
