import { describe } from "../../model/index.ts";
import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

/** What went one way in one session: the messages in order of sending, and of delivery. */
interface Way {
  readonly from: number;
  readonly to: number;
  readonly session: number;
  readonly sent: string[];
  readonly delivered: string[];
  endedAtSender: boolean;
}

interface SessionHistory {
  /** The session that is open at the first process with the second, by `p/q`. */
  readonly open: Map<string, number>;
  readonly ways: Map<string, Way>;
}

const keyOf = (message: unknown): string => describe(message, 10_000);

const wayOf = (s: SessionHistory, from: number, to: number, session: number): Way => {
  const key = `${from}>${to}/${session}`;
  let way = s.ways.get(key);
  if (way === undefined) {
    way = { from, to, session, sent: [], delivered: [], endedAtSender: false };
    s.ways.set(key, way);
  }
  return way;
};

/** Books an event; returns the way of a delivery, or what is wrong with it. */
const book = (s: SessionHistory, { kind, node, name, args }: PropertyEvent): Way | string | null => {
  const peer = args[0] as number;
  const here = `${node}/${peer}`;
  if (kind === "indication" && name === "opened") s.open.set(here, args[1] as number);
  if (kind === "indication" && name === "ended") {
    wayOf(s, node, peer, args[1] as number).endedAtSender = true;
    s.open.delete(here);
  }
  const session = s.open.get(here);
  if (kind === "request" && name === "send" && session !== undefined)
    wayOf(s, node, peer, session).sent.push(keyOf(args[1]));
  if (kind !== "indication" || name !== "deliver") return null;
  if (session === undefined) return `process ${node} delivers ${keyOf(args[1])} of process ${peer} outside any session`;
  const way = wayOf(s, peer, node, session);
  way.delivered.push(keyOf(args[1]));
  return way;
};

const noHistory = (): SessionHistory => ({ open: new Map(), ways: new Map() });

/** Order within a session (SES1): what is delivered in a session is a first part of what was sent in it, in order. */
export const sessionOrder = (id: string): AnyProperty =>
  property<SessionHistory>({
    id,
    kind: "safety",
    text: "What a process delivers in a session is a prefix of what the other end sent in it.",
    init: noHistory,
    on(s, observed, report) {
      const found = book(s, observed);
      if (found === null) return;
      report.premise();
      if (typeof found === "string") report.violated(found, observed.event);
      else {
        const { sent, delivered, to, session } = found;
        const at = delivered.length - 1;
        if (sent[at] !== delivered[at])
          report.violated(
            `process ${to} delivers ${delivered[at]!} in session ${session} where ${sent[at] ?? "nothing"} was sent`,
            observed.event,
          );
      }
    },
  });

/** No loss without notice (SES2): what is sent in a session is delivered, or the sender hears that the session ended. */
export const sessionLossIsAnnounced = (id: string): AnyProperty =>
  property<SessionHistory>({
    id,
    kind: "liveness",
    text: "A message that is sent in a session to a correct process is delivered, or the sender is told that the session ended.",
    init: noHistory,
    on(s, observed, report) {
      book(s, observed);
      if (observed.kind === "indication" && observed.name === "ended") report.premise();
    },
    pending(s, { correct }) {
      for (const { from, to, session, sent, delivered, endedAtSender } of s.ways.values()) {
        if (endedAtSender || sent.length <= delivered.length || !correct.includes(from) || !correct.includes(to))
          continue;
        return `process ${to} never delivers ${sent[delivered.length]!}, which process ${from} sent in session ${session}, and nobody says that it ended`;
      }
      return null;
    },
  });
