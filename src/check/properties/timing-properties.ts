import { describe } from "../../model/index.ts";
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
