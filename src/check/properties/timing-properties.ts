import { describe, encode } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

interface Timed {
  readonly sent: Map<string, { readonly at: number; readonly event: number }>;
}

const keyOf = (message: unknown): string => describe(message, 10_000);

/**
 * A bound on delay holds always (SYN1): the synchronous model, for messages whose way to the user is the network alone.
 * A process that pauses breaks it as a slow network does. Dwork, Lynch, Stockmeyer 1988.
 */
export const timelyDelivery = (id: string, boundMs: number): AnyProperty =>
  property<Timed>({
    id,
    kind: "safety",
    text: `A message that is delivered is delivered within ${boundMs} ms of being sent.`,
    init: () => ({ sent: new Map() }),
    on(s, { kind, node, event, at, name, args }, report) {
      const peer = args[0] as number;
      if (kind === "request" && name === "send") s.sent.set(`${node}>${peer} ${keyOf(args[1])}`, { at, event });
      if (kind !== "indication" || name !== "deliver") return;
      const sent = s.sent.get(`${peer}>${node} ${keyOf(args[1])}`);
      if (sent === undefined) return;
      report.premise();
      if (at - sent.at > boundMs)
        report.violated(
          `process ${node} delivers ${keyOf(args[1])} ${(at - sent.at).toFixed(1)} ms after process ${peer} sent it`,
          sent.event,
          event,
        );
    },
  });

/**
 * A bound on delay holds from some time on (GST1): eventual synchrony. Owed while the latest message that was sent after
 * `settledMs` took longer than the bound. Dwork, Lynch, Stockmeyer 1988, 2.3.
 */
export const eventuallyTimelyDelivery = (id: string, boundMs: number, settledMs: number): AnyProperty =>
  property<Timed & { late: string | null }>({
    id,
    kind: "liveness",
    lasting: true,
    text: `From some time on every message is delivered within ${boundMs} ms of being sent.`,
    init: () => ({ sent: new Map(), late: null }),
    on(s, { kind, node, event, at, name, args }, report) {
      const peer = args[0] as number;
      if (kind === "request" && name === "send") s.sent.set(`${node}>${peer} ${keyOf(args[1])}`, { at, event });
      if (kind !== "indication" || name !== "deliver") return;
      const sent = s.sent.get(`${peer}>${node} ${keyOf(args[1])}`);
      if (sent === undefined || sent.at < settledMs) return;
      report.premise();
      if (at - sent.at > boundMs)
        s.late ??= `process ${node} delivers ${keyOf(args[1])} ${(at - sent.at).toFixed(1)} ms after process ${peer} sent it, at ${sent.at.toFixed(1)} ms`;
    },
    pending: (s) => s.late,
  });

/** What a link takes for a message: at least and at most so long on the way, and so many bytes a millisecond. */
export interface LinkSpeed {
  readonly propagationMsMin: number;
  readonly propagationMsMax: number;
  readonly bytesPerMs: number;
}

interface Transmitted {
  /** By way: when the last byte of what was sent so far is on the link. */
  readonly busyUntil: Map<string, number>;
  readonly onLink: Map<string, { readonly at: number; readonly bytes: number; readonly event: number }>;
}

/** Virtual time is kept in microseconds: two sums of it differ by less. */
const roundingMs = 0.01;

/**
 * Latency is propagation plus size over bandwidth (LAT1): a message is on the way once its last byte is on the link, and
 * a link transmits one message after the other. For messages that take the network alone, each sent once.
 */
export const latencyBySize = (id: string, { propagationMsMin, propagationMsMax, bytesPerMs }: LinkSpeed): AnyProperty =>
  property<Transmitted>({
    id,
    kind: "safety",
    text: "A message arrives one propagation delay after its last byte was put on the link, which takes size over bandwidth.",
    init: () => ({ busyUntil: new Map(), onLink: new Map() }),
    on(s, { kind, node, event, at, name, args }, report) {
      const peer = args[0] as number;
      if (kind === "request" && name === "send") {
        const bytes = encode(args[1]).length;
        const way = `${node}>${peer}`;
        const sentAt = Math.max(at, s.busyUntil.get(way) ?? 0) + bytes / bytesPerMs;
        s.busyUntil.set(way, sentAt);
        s.onLink.set(`${way} ${keyOf(args[1])}`, { at: sentAt, bytes, event });
      }
      if (kind !== "indication" || name !== "deliver") return;
      const sent = s.onLink.get(`${peer}>${node} ${keyOf(args[1])}`);
      if (sent === undefined) return;
      report.premise();
      const tookMs = at - sent.at;
      if (tookMs < propagationMsMin - roundingMs || tookMs > propagationMsMax + roundingMs)
        report.violated(
          `${sent.bytes} bytes of process ${peer} reach process ${node} ${tookMs.toFixed(2)} ms after the last of them was sent`,
          sent.event,
          event,
        );
    },
  });
