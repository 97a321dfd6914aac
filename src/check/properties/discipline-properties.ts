import type { NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/** Clock readings have a resolution of a microsecond, and a few of them are in each figure. */
const resolutionMs = 0.01;
/** A difference from which on a clock is set and not slewed, and one from which on it is left alone: milliseconds. */
const stepMs = 125;
const panicMs = 1_000_000;

interface Reading {
  readonly reading: number;
  readonly event: number;
  /** By how much the time of day is ahead of the monotonic clock: it changes when the time of day is set. */
  readonly aheadMs: number;
}

/** NTPD1: a clock that is slewed never goes back. It may where it is stepped, or where its own time of day is set. */
export const slewedNeverGoesBack = (id: string): AnyProperty =>
  property<{ readonly last: Map<NodeId, Reading> }>({
    id,
    kind: "safety",
    text: "While a clock is slewed, no reading of it is before an earlier one.",
    init: () => ({ last: new Map() }),
    on(s, { kind, name, node, event, wall, monotonic, args }, report) {
      const isLargeStep = kind === "indication" && name === "stepped" && Math.abs(args[0] as number) >= stepMs;
      if (kind === "crash" || isLargeStep) s.last.delete(node);
      if (kind !== "indication" || name !== "time") return;
      const [reading, isSlewing] = args as readonly [number, boolean];
      const aheadMs = wall - monotonic;
      const before = s.last.get(node);
      s.last.set(node, { reading, event, aheadMs });
      if (before === undefined || Math.abs(aheadMs - before.aheadMs) > resolutionMs) return;
      if (isSlewing) report.premise();
      if (reading < before.reading)
        report.violated(
          `the clock of process ${node} goes back by ${before.reading - reading} ms`,
          before.event,
          event,
        );
    },
  });

/** NTPD2: just after a step a clock is off by at most half of the delay, and what it drifted during the exchange. */
export const steppedWithin = (id: string, server: NodeId, driftPartsPerMillion: number): AnyProperty =>
  property<{ serverAheadMs: number }>({
    id,
    kind: "safety",
    text: "After a step a clock is off by at most half of the delay, and what clocks drift while an exchange lasts.",
    init: () => ({ serverAheadMs: 0 }),
    on(s, { kind, name, node, event, wall, at: now, args }, report) {
      if (node === server) s.serverAheadMs = wall - now;
      if (kind !== "indication" || name !== "stepped") return;
      report.premise();
      const [, reading, delayMs, tookMs] = args as readonly [number, number, number, number];
      const offMs = Math.abs(reading - now - s.serverAheadMs);
      const mostMs = delayMs / 2 + (tookMs * driftPartsPerMillion) / 1_000_000 + resolutionMs;
      if (offMs > mostMs)
        report.violated(`process ${node} is off by ${offMs} ms after a step, more than ${mostMs} ms`, event);
    },
  });

/** NTPD3: whoever panicked corrects nothing any more. */
export const panicCorrectsNothing = (id: string): AnyProperty =>
  property<{ readonly panicked: Map<NodeId, number> }>({
    id,
    kind: "safety",
    text: "A clock that was found to be 1,000 s off or more is not corrected.",
    init: () => ({ panicked: new Map() }),
    on(s, { kind, name, node, event, args }, report) {
      if (kind === "crash") s.panicked.delete(node);
      if (kind !== "indication") return;
      const since = s.panicked.get(node);
      const isCorrection = name === "stepped" || name === "slewing";
      if (name === "panicked") {
        report.premise();
        s.panicked.set(node, event);
      } else if (isCorrection && (since !== undefined || Math.abs(args[0] as number) >= panicMs))
        report.violated(`process ${node} corrects its clock by ${String(args[0])} ms`, ...[since ?? event, event]);
    },
  });

/** NTPD4: a clock that is far off from the start is noticed. */
export const panicIsIndicated = (id: string, server: NodeId): AnyProperty =>
  property<{ readonly ahead: Map<NodeId, number>; readonly panicked: Set<NodeId> }>({
    id,
    kind: "liveness",
    text: "If a clock stays 1,000 s off or more, its process eventually says so.",
    init: () => ({ ahead: new Map(), panicked: new Set() }),
    on(s, { kind, name, node, wall, at: now }, report) {
      if (kind === "crash") s.panicked.delete(node);
      // What it was off by when it booted: a clock that was corrected once is not far off any more.
      if (kind === "boot" || kind === "recover") {
        s.ahead.set(node, wall - now);
        if (node !== server && Math.abs(wall - now - (s.ahead.get(server) ?? 0)) >= panicMs) report.premise();
      }
      if (kind === "indication" && name === "stepped") s.ahead.delete(node);
      if (kind === "indication" && name === "panicked") s.panicked.add(node);
    },
    pending(s, { correct }) {
      const serverAheadMs = s.ahead.get(server) ?? 0;
      // Half of a delay, and a step by hand, may lie between what it was off by and what it measured.
      const isFarOff = (node: NodeId): boolean => Math.abs(s.ahead.get(node)! - serverAheadMs) >= panicMs + 10_000;
      for (const node of correct)
        if (node !== server && s.ahead.has(node) && isFarOff(node) && !s.panicked.has(node))
          return `process ${node} never says that its clock is far off`;
      return null;
    },
  });

/** What a clock that is stepped does not promise: that timings on it are what passed. Stated to be broken. */
export const timingsAreExact = (id: string): AnyProperty =>
  property<Record<never, never>>({
    id,
    kind: "safety",
    text: "What is timed on the disciplined clock is what passed, give or take 500 millionths.",
    init: () => ({}),
    on(_s, { kind, name, node, event, args }, report) {
      if (kind !== "indication" || name !== "elapsed") return;
      report.premise();
      const [what, readMs, passedMs] = args as readonly [string, number, number];
      if (Math.abs(readMs - passedMs) > passedMs / 2_000 + resolutionMs)
        report.violated(`process ${node} times ${what} at ${readMs} ms, and ${passedMs} ms passed`, event);
    },
  });
