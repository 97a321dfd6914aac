// Loaded into a replica that is measured: how long its event loop was held at most, and how much of that was the thread's own
// processor time. The rest it waited for a core, of which the other processes of the bench want theirs too. Linux only.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env["QUORATE_LOOP_WATCH"];
const stepMs = 5;
const writtenMs = 500;

/** Processor time of the main thread so far, in milliseconds. */
const ownMs = (): number =>
  Number(readFileSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

if (file !== undefined) {
  let due = performance.now() + stepMs;
  let own = ownMs();
  let heldMsMax = 0;
  let ownMsMax = 0;
  const holds: number[] = [];
  const look = (): void => {
    const now = performance.now();
    const used = ownMs();
    const held = now - due;
    if (held > stepMs) {
      heldMsMax = Math.max(heldMsMax, held);
      ownMsMax = Math.max(ownMsMax, Math.min(held, used - own));
      if (used - own > 20) holds.push(Math.round(Math.min(held, used - own)));
    }
    own = used;
    due = now + stepMs;
    setTimeout(look, stepMs).unref();
  };
  setTimeout(look, stepMs).unref();
  setInterval(
    () => writeFileSync(file, JSON.stringify({ heldMsMax, ownMsMax, over20: holds.length })),
    writtenMs,
  ).unref();
}
