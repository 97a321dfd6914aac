import { describe } from "../../model/index.ts";
import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

/** One message of a link, as a property remembers it: who sent it to whom, what, and in which events. */
interface Sent {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly event: number;
}

interface Deliveries {
  readonly sent: Sent[];
  readonly delivered: Map<string, number>;
}

const keyOf = (message: unknown): string => describe(message, 10_000);
const wayOf = (from: number, to: number, message: string): string => `${from}>${to} ${message}`;

/** Messages of a workload are told apart by their content: a scenario sends each message once. */
const remember = (sent: Sent[], from: number, event: number, args: readonly unknown[]): void => {
  sent.push({ from, to: args[0] as number, message: keyOf(args[1]), event });
};

/**
 * Reliable delivery: a message that a correct process sends to a correct process is delivered (PL1; SL1 and AL1 where
 * the book numbers it so). Where processes recover it is owed only by a sender that does not crash after it sent
 * (LPL1): nobody can say whether a sender that crashed had sent at all. Cachin, Guerraoui, Rodrigues 2011, modules 2.3
 * and 2.4.
 */
export const reliableDelivery = (id: string): AnyProperty =>
  property<{ readonly owed: Map<string, Sent> }>({
    id,
    kind: "liveness",
    text: "If a correct process sends a message to a correct process, the latter eventually delivers it.",
    init: () => ({ owed: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "send") {
        report.premise();
        const way = wayOf(node, args[0] as number, keyOf(args[1]));
        s.owed.set(way, { from: node, to: args[0] as number, message: keyOf(args[1]), event });
      } else if (kind === "indication" && name === "deliver")
        s.owed.delete(wayOf(args[0] as number, node, keyOf(args[1])));
      else if (kind === "crash") for (const [way, { from }] of s.owed) if (from === node) s.owed.delete(way);
    },
    pending(s, { correct }) {
      for (const { from, to, message, event } of s.owed.values()) {
        if (correct.includes(from) && correct.includes(to))
          return `process ${to} never delivers ${message}, which process ${from} sent in event ${event}`;
      }
      return null;
    },
  });

/** No duplication: no message is delivered more than once (PL2). A process that recovered has a new life for this. */
export const noDuplication = (id: string, perIncarnation = false): AnyProperty =>
  property<Deliveries>({
    id,
    kind: "safety",
    text: "No message is delivered by a process more than once.",
    init: () => ({ sent: [], delivered: new Map() }),
    on(s, { kind, node, incarnation, event, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const way = `${perIncarnation ? incarnation : 0}:${wayOf(args[0] as number, node, keyOf(args[1]))}`;
      const before = s.delivered.get(way);
      if (before !== undefined)
        report.violated(
          `process ${node} delivers ${keyOf(args[1])} from process ${String(args[0])} twice`,
          before,
          event,
        );
      s.delivered.set(way, event);
    },
  });

/** No creation: what is delivered with a sender was sent by it (PL3, AL3 "authenticity"). */
export const noCreation = (
  id: string,
  text = "If a process delivers a message with sender p, then p sent it to that process.",
): AnyProperty =>
  property<Deliveries>({
    id,
    kind: "safety",
    text,
    init: () => ({ sent: [], delivered: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "send") remember(s.sent, node, event, args);
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const message = keyOf(args[1]);
      if (!s.sent.some((sent) => sent.from === args[0] && sent.to === node && sent.message === message)) {
        report.violated(
          `process ${node} delivers ${message} from process ${String(args[0])}, which never sent it`,
          event,
        );
      }
    },
  });

/** How often each message went from one process to another, and how often it came. */
interface Traffic {
  readonly sent: Map<string, Sent>;
  readonly sends: Map<string, number>;
  readonly deliveries: Map<string, number>;
}

const raise = (counts: Map<string, number>, way: string): number => {
  const count = (counts.get(way) ?? 0) + 1;
  counts.set(way, count);
  return count;
};

const countTraffic = (s: Traffic, { kind, node, event, name, args }: PropertyEvent): string | null => {
  const peer = args[0] as number;
  if (kind === "request" && name === "send") {
    const way = wayOf(node, peer, keyOf(args[1]));
    s.sent.set(way, { from: node, to: peer, message: keyOf(args[1]), event });
    raise(s.sends, way);
    return way;
  }
  if (kind !== "indication" || name !== "deliver") return null;
  const way = wayOf(peer, node, keyOf(args[1]));
  raise(s.deliveries, way);
  return way;
};

const noTraffic = (): Traffic => ({ sent: new Map(), sends: new Map(), deliveries: new Map() });

/**
 * Fair loss (FLL1): a message that is sent over and over again is delivered over and over again. A finite run can only
 * show that it comes at least once in so many times; a network that drops for ever is told by it. Cachin, Guerraoui,
 * Rodrigues 2011, module 2.1.
 */
export const fairLoss = (id: string, sendsMax: number): AnyProperty =>
  property<Traffic>({
    id,
    kind: "liveness",
    text: `If a correct process sends a message to a correct process over and over again, it is delivered over and over again (here at least once in ${sendsMax} times).`,
    init: noTraffic,
    on(s, observed, report) {
      const way = countTraffic(s, observed);
      if (way !== null && s.sends.get(way) === sendsMax) report.premise();
    },
    pending(s, { correct }) {
      for (const [way, { from, to, message }] of s.sent) {
        const sends = s.sends.get(way) ?? 0;
        const deliveries = s.deliveries.get(way) ?? 0;
        if (correct.includes(from) && correct.includes(to) && deliveries < Math.floor(sends / sendsMax))
          return `process ${from} sends ${message} to process ${to} ${sends} times, and it comes ${deliveries} times`;
      }
      return null;
    },
  });

/** Finite duplication (FLL2): what is sent so often is delivered at most so many times as often. */
export const finiteDuplication = (id: string, copiesMax: number): AnyProperty =>
  property<Traffic>({
    id,
    kind: "safety",
    text: `A message that is sent finitely often is delivered finitely often (here at most ${copiesMax} times a send).`,
    init: noTraffic,
    on(s, observed, report) {
      const way = countTraffic(s, observed);
      if (way === null || observed.kind !== "indication") return;
      report.premise();
      const sends = s.sends.get(way) ?? 0;
      const deliveries = s.deliveries.get(way) ?? 0;
      if (deliveries > copiesMax * sends)
        report.violated(`${way} was sent ${sends} times and comes the ${deliveries}th time`, observed.event);
    },
  });

/**
 * Stubborn delivery (SL1): what a correct process sends once to a correct process is delivered for ever. A finite run
 * can only show that it comes so many times. Cachin, Guerraoui, Rodrigues 2011, module 2.2.
 */
export const stubbornDelivery = (id: string, deliveriesMin: number): AnyProperty =>
  property<Traffic>({
    id,
    kind: "liveness",
    text: `If a correct process sends a message once to a correct process, the latter delivers it for ever (here at least ${deliveriesMin} times).`,
    init: noTraffic,
    on(s, observed, report) {
      if (countTraffic(s, observed) !== null && observed.kind === "request") report.premise();
    },
    pending(s, { correct }) {
      for (const [way, { from, to, message }] of s.sent) {
        const deliveries = s.deliveries.get(way) ?? 0;
        if (correct.includes(from) && correct.includes(to) && deliveries < deliveriesMin)
          return `process ${to} delivers ${message} of process ${from} ${deliveries} times and then no more`;
      }
      return null;
    },
  });

interface Ordered {
  readonly sent: Map<string, { readonly message: string; readonly incarnation: number }[]>;
  /** By way: the messages delivered in the receiver's present life. */
  readonly delivered: Map<string, string[]>;
}

/** The message that should have come before `message` and did not, or null. */
const overtaken = (
  sent: readonly { readonly message: string; readonly incarnation: number }[],
  delivered: readonly string[],
  message: string,
): string | null => {
  const at = sent.findIndex((each) => each.message === message);
  if (at < 0) return null;
  // What an earlier life of the sender sent may be lost with it; what this life sent may not be missing.
  const missing = sent
    .slice(0, at)
    .find((each) => each.incarnation === sent[at]!.incarnation && !delivered.includes(each.message));
  const later = sent.slice(at + 1).find((each) => delivered.includes(each.message));
  return missing?.message ?? later?.message ?? null;
};

/**
 * FIFO delivery (FPL4): messages of one sender are delivered in the order in which they were sent. With
 * `perIncarnation` a receiver that recovered is told everything from the start, and the order holds in each of its
 * lives. Cachin, Guerraoui, Rodrigues 2011, module 2.11.
 */
export const fifoDelivery = (id: string, perIncarnation = false): AnyProperty =>
  property<Ordered>({
    id,
    kind: "safety",
    text: "If a process sends m1 before m2 to the same process, the latter does not deliver m2 unless it delivered m1.",
    init: () => ({ sent: new Map(), delivered: new Map() }),
    on(s, { kind, node, incarnation, event, name, args }, report) {
      const peer = args[0] as number;
      if (kind === "request" && name === "send") {
        const way = `${node}>${peer}`;
        s.sent.set(way, [...(s.sent.get(way) ?? []), { message: keyOf(args[1]), incarnation }]);
      }
      if (kind !== "indication" || name !== "deliver") return;
      const way = `${peer}>${node}`;
      const life = `${perIncarnation ? incarnation : 0}:${way}`;
      const delivered = s.delivered.get(life) ?? [];
      const message = keyOf(args[1]);
      if (delivered.length > 0) report.premise();
      const other = overtaken(s.sent.get(way) ?? [], delivered, message);
      if (other !== null)
        report.violated(
          `process ${node} delivers ${message} of process ${peer} out of turn: ${other} was sent in another order`,
          event,
        );
      s.delivered.set(life, [...delivered, message]);
    },
  });

/**
 * What was delivered is not forgotten (LOG1): what a process delivers after a recovery begins with all that it delivered
 * before, in the same order.
 */
export const survivesRecovery = (id: string): AnyProperty =>
  property<{ readonly before: Map<number, string[]>; readonly now: Map<number, string[]> }>({
    id,
    kind: "safety",
    text: "What a process delivers after a recovery begins with everything that it delivered before, in the same order.",
    init: () => ({ before: new Map(), now: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "recover") {
        const [before, now] = [s.before.get(node) ?? [], s.now.get(node) ?? []];
        if (now.length > before.length) s.before.set(node, now);
        s.now.set(node, []);
      }
      if (kind !== "indication" || name !== "deliver") return;
      const before = s.before.get(node) ?? [];
      const now = [...(s.now.get(node) ?? []), `${keyOf(args[1])} of process ${String(args[0])}`];
      s.now.set(node, now);
      const owed = before[now.length - 1];
      if (owed === undefined) return;
      report.premise();
      if (owed !== now.at(-1))
        report.violated(`process ${node} recovers and delivers ${now.at(-1)!} where it had delivered ${owed}`, event);
    },
  });

/**
 * Traffic ends (QUI1): a correct sender eventually has nothing left to send again to correct receivers. It is read from
 * the list that the module at `path` keeps in its state under `list`, of entries with a receiver `to`. Aguilera, Chen,
 * Toueg 1997, quiescence.
 */
export const quiescence = (id: string, path: string, list: string): AnyProperty =>
  property<{ readonly nodes: readonly number[]; readonly open: Map<number, readonly number[]> }>({
    id,
    kind: "liveness",
    text: "A correct process eventually stops sending to correct processes when its user asks for nothing more.",
    init: ({ nodes }) => ({ nodes, open: new Map() }),
    inspect(s, look, report) {
      for (const node of s.nodes) {
        const state = look.state(node, path) as
          | { readonly [name: string]: readonly { readonly to: number }[] }
          | undefined;
        const open = (state?.[list] ?? []).map(({ to }) => to);
        if (open.length > 0) report.premise();
        s.open.set(node, open);
      }
    },
    pending(s, { correct }) {
      for (const node of correct) {
        const to = (s.open.get(node) ?? []).find((receiver) => correct.includes(receiver));
        if (to !== undefined) return `process ${node} goes on sending to process ${to}`;
      }
      return null;
    },
  });
