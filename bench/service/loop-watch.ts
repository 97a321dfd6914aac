// Loaded into a replica that is measured: how long its event loop was held at most, and how much of that was the thread's own
// processor time. The rest it waited for a core, of which the other processes of the bench want theirs too. Linux only.
import { readFileSync, writeFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";

const file = process.env["QUORATE_LOOP_WATCH"];
const stepMs = 5;
const writtenMs = 500;

/** Processor time of the main thread so far, in milliseconds. */
const ownMs = (): number =>
  Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

/** A time in which the thread was held, or the collector at work. Milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

if (file !== undefined) {
  const collections: Span[] = [];
  // What it hears of a collection comes later than the hold that the collection was part of.
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      collections.push({ from: startTime, to: startTime + duration });
  }).observe({ entryTypes: ["gc"] });
  const longHolds: (Span & { readonly ownMs: number })[] = [];
  const collectedIn = ({ from, to }: Span): number =>
    collections.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  let due = performance.now() + stepMs;
  let own = ownMs();
  let heldMsMax = 0;
  let ownMsMax = 0;
  const look = (): void => {
    const now = performance.now();
    const used = ownMs();
    const held = now - due;
    if (held > stepMs) {
      heldMsMax = Math.max(heldMsMax, held);
      const ownHeld = Math.min(held, used - own);
      ownMsMax = Math.max(ownMsMax, ownHeld);
      if (ownHeld > 20) longHolds.push({ from: due - stepMs, to: now, ownMs: ownHeld });
    }
    own = used;
    due = now + stepMs;
    setTimeout(look, stepMs).unref();
  };
  setTimeout(look, stepMs).unref();
  setInterval(() => {
    const longest = longHolds.toSorted((one, other) => other.ownMs - one.ownMs)[0];
    const ownCollectingMs = longest === undefined ? 0 : collectedIn(longest);
    const over20Collecting = longHolds.filter((hold) => collectedIn(hold) > hold.ownMs / 2).length;
    writeFileSync(
      file,
      JSON.stringify({ heldMsMax, ownMsMax, ownCollectingMs, over20: longHolds.length, over20Collecting }),
    );
  }, writtenMs).unref();
}
