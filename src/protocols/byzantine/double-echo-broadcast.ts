import type { Links, Module, NodeId } from "../../model/index.ts";
import { equal, perNode } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";

/** What the processes of a double-echo broadcast say: the origin's message, and two rounds of what others heard of it. */
export type DoubleEcho<M> =
  | { readonly kind: "send"; readonly message: M }
  | { readonly kind: "echo"; readonly origin: NodeId; readonly message: M }
  | { readonly kind: "ready"; readonly origin: NodeId; readonly message: M };

/** Who said which message. */
export interface Voice<M> {
  readonly from: NodeId;
  readonly message: M;
}

/** The rules of the double echo, each by itself, so that one can be broken. */
export interface DoubleEchoRules {
  /** Echoes that make a process ready: any two such sets share a correct process, which echoes one message only. */
  readonly echoQuorum: (n: number, f: number) => number;
  /** Readies that make a process ready too: one of them is correct. */
  readonly readyAmplification: (n: number, f: number) => number;
  /** Readies that let a process deliver: enough of them are correct to make everybody ready (totality). */
  readonly readyQuorum: (n: number, f: number) => number;
  /** Whether this process has a voice yet: senders are counted, never messages. */
  readonly counts: (voices: readonly Voice<unknown>[], from: NodeId) => boolean;
  /** Whether echoes alone are enough to deliver: without the second round some deliver and others never do. */
  readonly deliversOnEchoes: boolean;
}

/** The rules of the book. */
export const doubleEchoRules: DoubleEchoRules = {
  echoQuorum: (n, f) => Math.floor((n + f) / 2) + 1,
  readyAmplification: (_n, f) => f + 1,
  readyQuorum: (_n, f) => 2 * f + 1,
  counts: (voices, from) => voices.every((voice) => voice.from !== from),
  deliversOnEchoes: false,
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
 * the same message or none, whatever a traitor shows to whom, as long as n > 3f. The links must tell who speaks.
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
  uses: { links: Links<DoubleEcho<M>> };
  state: { origins: Origin<M>[] };
}> => {
  const { echoQuorum, readyAmplification, readyQuorum, counts, deliversOnEchoes } = { ...doubleEchoRules, ...rules };
  return {
    name: "double-echo broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.18",
    init: ({ nodes }) => ({
      origins: perNode(nodes, () => ({ echoed: false, ready: false, delivered: false, echoes: [], readies: [] })),
    }),
    upon: {
      request: {
        broadcast(_s, io, message) {
          for (const node of io.nodes) io.links.send(node, { kind: "send", message });
        },
      },
      links: {
        deliver(s, io, from, m) {
          const n = io.nodes.length;
          const sendAll = (what: DoubleEcho<M>): void => {
            for (const node of io.nodes) io.links.send(node, what);
          };
          const origin = m.kind === "send" ? from : m.origin;
          const known = s.origins[origin];
          if (known === undefined) return io.note("no such origin", origin);
          const { message } = m;
          const becomeReady = (): void => {
            if (known.ready) return;
            known.ready = true;
            sendAll({ kind: "ready", origin, message });
          };
          const deliverOnce = (): void => {
            if (known.delivered) return;
            known.delivered = true;
            io.up.deliver(origin, message);
          };
          if (m.kind === "send") {
            if (known.echoed) return;
            known.echoed = true;
            sendAll({ kind: "echo", origin, message });
          } else if (m.kind === "echo") {
            if (!counts(known.echoes, from)) return;
            known.echoes.push({ from, message });
            if (support(known.echoes, message) < echoQuorum(n, f)) return;
            becomeReady();
            if (deliversOnEchoes) deliverOnce();
          } else if (m.kind === "ready") {
            if (deliversOnEchoes || !counts(known.readies, from)) return;
            known.readies.push({ from, message });
            const readies = support(known.readies, message);
            if (readies >= readyAmplification(n, f)) becomeReady();
            if (readies >= readyQuorum(n, f)) deliverOnce();
          }
        },
      },
    },
  };
};
